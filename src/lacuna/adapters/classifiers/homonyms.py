"""Terms that are common words too ("Echo", "Nova"): which they are, and what shows that the term is meant.

Guarantees: a term that is no known common word is never held back, and a common word is only where an article or the
like before it ("an echo", "the target") shows that it is used as one. A capital, or a word such as "project", "client"
or "launch" near it, counts for more than an article. Judging meaning is left to later layers.
"""

import re
from functools import cache
from importlib import resources
from typing import Any

import re2

from lacuna.adapters.classifiers.words import as_words

REACH = 60
"""Characters before and after a term in which a context word counts."""

_CONTEXT = (
    # English
    r"projects?|customers?|clients?|accounts?|teams?|codenames?|code[ -]?names?|launch(?:es|ed|ing)?|initiatives?|"
    r"programs?|programmes?|releases?|roll ?outs?|rolled out|milestones?|sprints?|backlogs?|roadmaps?|timelines?|"
    r"deadlines?|budgets?|kick-?off|go-live|stakeholders?|deliverables?|contracts?|invoices?|renewals?|deals?|"
    r"pilots?|workstreams?|tickets?|repos?|repository|deploy(?:s|ed|ing|ment|ments)?|staging|production|prototypes?|"
    r"specs?|architecture|onboarding|internal|confidential|our|ours|we|my|q[1-4]|slipp(?:ed|ing)|delayed|owners?|"
    r"status|schedule|decks?|slides|folks|figures|numbers|board|meetings?|stand-?ups?|retro|vendors?|suppliers?|partners?|acquisitions?|merger|acquire|"
    r"owns|owned|on track|behind schedule|pays?|paid|payments?|work(?:s|ed|ing)? (?:on|for|with)|hired|signed|"
    r"pricing|revenue|forecast|pipeline|cluster|service|database|api|endpoint|ship(?:s|ped|ping)?|"
    # German
    r"projekte?[ns]?|kunden?|kundin|mandant(?:en)?|konto|konten|team|deckname|codename|start|markteinfuhrung|"
    r"freigabe|meilensteine?|fahrplan|zeitplan|frist|budget|vertrage?[sn]?|rechnung(?:en)?|angebot|lieferanten?|"
    r"startet|gestartet|lauft|zahlt|stand|arbeite[nt]?|partner|ubernahme|fusion|unser[a-z]{0,2}|wir|intern|vertraulich|besprechung|umsatz|preise|"
    # French
    r"projets?|clients?|comptes?|equipes?|nom de code|lancement|livraison|jalons?|feuille de route|calendrier|"
    r"echeance|contrats?|factures?|fournisseurs?|partenaires?|rachat|notre|nos|nous|interne|confidentiel|reunion|"
    r"chiffre d'affaires|statut|etat|lance[r]?|travaille|paye|"
    # Spanish, Portuguese, Italian
    r"proyectos?|clientes?|cuentas?|equipos?|nombre en clave|lanzamiento|entrega|hitos?|cronograma|plazo|"
    r"estado|lanza[nr]?|trabaja[n]?|paga|presupuesto|contratos?|facturas?|proveedor(?:es)?|socios?|adquisicion|nuestr[oa]s?|interno|reunion|ingresos|"
    r"projetos?|contas?|equipes?|codinome|lancamento|marcos?|orcamento|prazo|fornecedor(?:es)?|parceiros?|nossos?|"
    r"nossas?|reuniao|receita|progett[oi]|client[ei]|squadr[ae]|nome in codice|lancio|rilascio|scadenza|bilancio|"
    r"contratt[oi]|fattur[ae]|fornitor[ei]|acquisizione|nostr[oaie]|riunione|"
    # Dutch, Polish, Swedish
    r"projecten|klant(?:en)?|lancering|oplevering|mijlpaal|planning|contracten|facturen|leverancier|overname|onze|"
    r"projekt(?:u|y|owi|em)?|klient(?:a|em|ow)?|zespol|wdrozenie|umowa|faktura|dostawca|nasz[a-z]{0,3}|"
    r"projektet|kund(?:en|er)?|lansering|avtal|leverantor|vart|vara|"
    # Other scripts
    r"проект\pL*|клиент\pL*|заказчик\pL*|команд\pL*|запуск\pL*|договор\pL*|"
    r"счет|бюджет\pL*|наш\pL*|项目|客户|團隊|团队|代号|發布|发布|上线|合同|预算|項目|客戶|專案|"
    r"プロジェクト|顧客|クライアント|チーム|コードネーム|契約|予算|リリース|프로젝트|고객|팀|출시|계약|예산|مشروع|عميل|פרויקט|לקוח|"
    r"परियोजना|ग्राहक|โครงการ|ลูกค้า"
)


_ARTICLE = re.compile(
    r"(?:^|[^a-z])(?:an?|the|this|that|these|those|each|every|any|some|no|one|its|their|his|her|another|same|single|"
    r"der|die|das|den|dem|des|eine?[mnrs]?|keine?[mnrs]?|diese[mnrs]?|jede[mnrs]?|les?|la|une?|du|cet(?:te)?|ce|"
    r"el|l[ao]s|un[ao]?s?|este|esta|il|gli|quest[oa]|os?|ums?|umas?|het|een|dit|dat)\s+$",
    re.IGNORECASE,
)
"""In folded text, in the languages of the list."""
_LONGEST_ARTICLE = 12

RULES = f"{_CONTEXT}\n{_ARTICLE.pattern}\n{REACH}"
"""Changes with what holds a homonym back: part of the rule-set version."""


@cache
def _words() -> frozenset[str]:
    lines = (resources.files(__package__) / "homonyms.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _context() -> Any:
    return re2.compile(as_words(_CONTEXT))


def is_common(word: str) -> bool:
    """Whether a folded word in lower case is a common one."""
    return word in _words()


def is_capitalised(written: str) -> bool:
    """Whether it is written as a name: its first letter is a capital, or it is in a script without capitals."""
    first = next((character for character in written if character.isalpha()), "")
    return not first.islower()


def has_article(folded: str, start: int) -> bool:
    """Whether an article or the like stands directly before the term at `start` of a folded text."""
    return _ARTICLE.search(folded[max(0, start - _LONGEST_ARTICLE) : start]) is not None


def has_context(folded: str, start: int, end: int) -> bool:
    """Whether a context word stands within REACH characters of the term at `start` to `end` of a folded text."""
    context = _context()
    before = folded[max(0, start - REACH) : start]
    return context.search(before) is not None or context.search(folded[end : end + REACH]) is not None
