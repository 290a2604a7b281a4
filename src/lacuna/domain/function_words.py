"""Function and question words that say nothing about what a question is about, by language.

Folded: lower case, without diacritics. Short lists on purpose: rarity among the passages weighs the rest.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

BY_LANGUAGE: Final = {
    "en": """
        a about after all also am an and any are as at be because been before being between both but by can
        could did do does doing done for from get gets give given had has have having he her here him his how i
        if in into is it its just kind list made make makes many may me might mine more most much must my need
        no not now of off on once only or other our out over own please same say says shall she should show so
        some such tell than that the their them then there these they this those through to too under until up
        upon us use used uses very was we were what when where whether which while who whom whose why will with
        within without would you your s t don doesn didn isn""",
    "de": """
        aber alle als also am an auch auf aus bei beim bin bis bitte da damit dann das dass dein dem den der des
        die dies diese diesem diesen dieser dieses doch du durch ein eine einem einen einer eines er es fur
        gegen gibt haben hat hatte ich ihr ihre im in ins ist ja kann kein keine konnen man mehr mein mich mir
        mit muss mussen nach nicht noch nur ob oder ohne sehr sein seine sich sie sind so soll um und uns unser
        unsere unter vom von vor wann war waren warum was welche welchem welchen welcher welches wenn wer werden
        wie wieviel wird wo woher wohin wurde wurden zu zum zur zwischen uber""",
    "fr": """
        a ai au aux avec ce ces cet cette combien comme comment d dans de des donc du elle elles en est et etait
        etre eu il ils j je l la le les leur leurs lui ma mais me mes moi mon n ne nos notre nous on ont ou par
        pas plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se ses si son sont sur
        ta te tes toi ton tu un une vos votre vous y""",
    "es": """
        a al como con cual cuales cuando cuanta cuantas cuanto cuantos de del desde donde e el ella ellas ellos
        en entre era eres es esa ese eso esta estan estar este esto fue ha hay la las le les lo los mas me mi
        muy ni no nos o para pero por porque que quien quienes se ser si sin sobre son su sus te tiene tu un una
        uno unos y ya""",
    "it": """
        a ad ai al alla alle anche che chi ci come con cosa cui da dal dalla dei del della delle di dove e ed
        era gli ha hanno i il in io l la le lo ma mi ne nei nel nella non o per perche piu quale quali quando
        quanti quanto questa questo se si sono su sua sue sul sulla suo un una uno""",
    "pt": """
        a ao aos as com como da das de do dos e ela ele em entre era essa esse esta este eu foi ha isso ja mais
        mas na nas nao no nos o onde os ou para pela pelo por porque qual quais quando quanto que quem se sem
        ser seu sua sao um uma""",
    "nl": """
        aan al als bij dan dat de deze die dit door een en er het hoe hoeveel ik in is je kan met naar niet nog
        of om onder ook op over te tot uit van voor waar waarom wanneer was wat we welke werd wie wordt zijn""",
    "ru": """
        а без был была были было в вам вас ваш все где да для до его ее если есть за и из или как какая какие
        какои когда кто ли мне мы на не нет но о об он она они от по почему при с сколько так то у что чтобы это
        я""",
    "tr": "bir bu da de hangi icin ile kac kim mi mu nasıl ne neden nedir nerede ve veya zaman",
    "zh-ja": "什么 哪里 哪个 怎么 如何 为什 多少 是否 请问 吗 呢 的 了 です ます した いつ どこ どの 何 誰 なぜ どう",
}

_LANGUAGES: Final[dict[str, list[str]]] = {}
for _language, _words in BY_LANGUAGE.items():
    for _word in _words.split():
        _LANGUAGES.setdefault(_word, []).append(_language)

STOPWORDS: Final = frozenset(_LANGUAGES)


def language(words: Iterable[str]) -> str | None:
    """The language whose function words are the most frequent among folded `words`; None where that is open."""
    votes = Counter(language for word in words for language in _LANGUAGES.get(word, ())).most_common(2)
    if not votes or (len(votes) > 1 and votes[0][1] == votes[1][1]):
        return None
    return votes[0][0]
