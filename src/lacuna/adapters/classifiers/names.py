"""Decides whether capitalised words are a person's name: by shape, by words that never are one, by known given names.

Guarantees: pure functions of a candidate in folded text, linear in its length. They are `validators`: the result is how
many of the candidate's first characters are the name, 0 if there is none. Leaves to the recognisers
(`recognisers.names`) what makes a name personal: the words around it. A name alone is no finding
(docs/adr/0012-names-without-a-model.md).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from lacuna.adapters.classifiers.folding import fold

_WORD = re.compile(r"[^\W\d_][^\s,;:()\"]*")
_MAX_WORDS = 6
_PARTICLES = frozenset(
    "abu af al av ben bin bint da dal de del della dem den der des di do dos du e el ibn la las le los ten ter van von "
    "vom y zu zum zur".split()
)
_TITLES = frozenset(
    fold(
        "mr mrs ms mx miss dr prof doctor herr herrn frau monsieur madame mademoiselle m mme mlle mr sr sra srta senor "
        "senora don dona senhor senhora sig sigra sig.ra signor signora signore dott dott.ssa ing dhr mevr mevrouw "
        "meneer heer pan pani panu pana pane hr fru bay bayan sayin domnul doamna dl dna gospodin господин господина "
        "госпожа госпожи госпоже г-н г-жа пан пані κυριος κυριε κυρια"
    ).lower().split()
)
_NOT_NAMES = frozenset(
    fold(
        # time
        "monday tuesday wednesday thursday friday saturday sunday january february july september "
        "october november december today tomorrow yesterday montag dienstag mittwoch donnerstag freitag samstag sonntag "
        "januar februar juni juli oktober dezember lundi mardi mercredi jeudi vendredi samedi dimanche "
        "lunes martes miercoles jueves viernes sabado domingo "
        # sentence words that a capital may begin
        "a about after all also am an and any are as at be because been before both but by can could did do does each "
        "every for from had has have he her here him his how i if in into is it its just let me might more most "
        "much must my near new no nor not now of off old on once one only or other our out over own per please s "
        "same she should since so some such than thanks that the their them then there these they this those to too "
        "under until up us very was we were what when where which while who whom whose why with would yes you your "
        "der die dem den des ein eine einen einer eines er es sie ich wir ihr ist sind war hat und oder nicht auf "
        "aus bei bis durch fur gegen im in mit nach ohne um vom von vor zu zum zur als wie wenn dass bitte danke "
        "le la les un une des du au aux et ou il elle ils elles je nous vous est sont pas que qui dans pour par sur "
        "avec sans chez ce cet cette ces son sa ses el los las una unos unas y o en por para con sin es son no si que "
        "lo gli i uno di da che non per come "
        "het een en of ik hij zij wij jullie niet met voor aan "
        # offices, forms, products, organisations
        "access account accounting accounts active activity add address admin administration administrator advanced "
        "agency agreement alert america american analysis api app application area army article assistance association "
        "authority authorization aws azure back bank base beta billing blue board book branch budget building "
        "business button call campus care center central centre change chapter charter city class click client clients "
        "cloud club code college command commission committee communication communications community company "
        "computer conference configuration connect contact content contract control cookie corp corporation council "
        "count country county court create credit customer customers data database date day days default delete department "
        "design desk details development device director directory disclaimer district division document "
        "documentation documents edit education email employee employees engagement engineering enterprise error "
        "europe european event events example experience export express external facebook facts false feedback field "
        "file files finance first flow form forms free full fund game general gmail google government green group guide "
        "handbook health help history home hospital house html http https human id identifier identity image import "
        "inc index info information input insight insights inspection installation institute insurance integration "
        "intelligence interface internal international internet introduction invoice island item java journal json "
        "key kingdom lab law league learning library license licence life limited line linux list live llc local log "
        "login logo ltd mail main maintenance management manager manual map market marketing master media medical "
        "member members memory menu message microsoft ministry mobile mode model module museum music name national "
        "network news next north number object office officer official online open operations option options order "
        "orders organization output overview page park party password patient patients payment performance personal "
        "phone platform plan point police policy policies portal post premium president press price privacy private "
        "pro process product products professional profile program programme project property protection protocol "
        "provider public python quality query question record records red reference region registration regulation "
        "relations release report reports request research reserve resource resources response rest results "
        "return review rights river road role rules safety sales satisfaction school science sdk search second "
        "secretary section secure security select self senate senior server servers service services session set settings "
        "sharepoint shop site sms social society software solution solutions source south special sql standard star state "
        "states statistics status stock store story street string strategy student students subject success success "
        "summary super support survey sync system systems table task tax team teams technical technology terms test "
        "third tier time title token tool tools top total town trade training transport treasury trial true type "
        "union unit united university update upload url usage user users value version video view virtual vice web "
        "website welcome west east white windows wikipedia word work works workflow world xml year years youtube zone "
        "deutsche deutscher amt abteilung bericht bund datei daten deutschland dienst europa firma frage gericht gesellschaft gmbh "
        "gruppe haus hilfe kirche konto kunden land leitung liste ministerium nummer name partei platz post projekt "
        "regierung republik schule service stadt strasse tag universitat unternehmen verband verein vertrag zeit "
        "zentrum versicherung "
        "banque compagnie direction france gouvernement groupe ministere pays projet republique service societe "
        "universite ville compania empresa espana gobierno grupo ministerio pais proyecto servicio sociedad "
        "universidad azienda governo italia paese progetto servizio societa universita "
        # offices and greetings
        "sir madam captain king queen prince princess pope saint lord lady "
        "dear hello hi hey regards sincerely best kind hallo liebe sehr bonjour hola ciao "
        "team colleagues everyone nobody god jesus christ lord santa zero"
    ).split()
)
_SURNAMES_TOO = frozenset(
    "banks best blue church day english field fields france green hall king lane law long major march may miles north "
    "page park post power press price prince street top town west white word young".split()
)
"""Words that are no name by themselves, but may follow a known given name."""



_Run = list[re.Match[str]]


def at_start(candidate: str) -> int:
    """A name that the candidate begins with: a title and a word or more, a full name, or one known given name."""
    titles = 0
    words = list(_WORD.finditer(candidate))[:_MAX_WORDS]
    while titles < len(words) and _is_before_name(words[titles].group(), titled=titles > 0):
        titles += 1
    run = next(_runs(words[titles:], from_first=True), [])
    if not run or not (titles or len(run) > 1 or is_given_name(run[0].group())):
        return 0
    return _end(run) if len(_bare(run[0].group())) > 1 or len(run) > 1 else 0


def _is_before_name(word: str, *, titled: bool) -> bool:
    """A title, or a particle of the name behind one."""
    bare = _bare(word)
    return bare.lower() in _TITLES or (titled and bare.islower() and bare in _PARTICLES)


def addressee(candidate: str) -> int:
    """A title and a name, or a full name, and nothing else: whom a letter greets."""
    end = at_start(candidate)
    plain = len(_WORD.findall(candidate)) > 1
    return end if plain and end >= len(candidate.rstrip(" .")) else 0


def at_end(candidate: str) -> int:
    """A full name or one known given name that the candidate ends with: whose something is."""
    run: _Run = []
    for run in _runs(list(_WORD.finditer(candidate))):
        pass
    if not run or _end(run) < len(candidate):
        return 0
    return len(candidate) if len(run) > 1 or is_given_name(run[0].group()) else 0


def known(candidate: str) -> int:
    """Two words or more that may be names, one of the first two a known given name, anywhere in the candidate."""
    for run in _runs(list(_WORD.finditer(candidate))):
        if len(run) > 1 and any(is_given_name(word.group()) for word in run[:2]):
            return _end(run)
    return 0


def is_given_name(word: str) -> bool:
    """Whether a folded word, or its first part before a hyphen, is a known given name, in any case."""
    lowered = _bare(word).lower()
    names = _given_names()
    return lowered in names or ("-" in lowered and lowered.partition("-")[0] in names)


def _runs(words: list[re.Match[str]], *, from_first: bool = False) -> Iterator[_Run]:
    """The longest runs of words that may all be names. A particle counts between two of them only."""
    run: _Run = []
    particles: _Run = []
    for word in words:
        bare = _bare(word.group())
        lowered = bare.lower()
        if run and bare.islower() and lowered in _PARTICLES:
            particles.append(word)
        elif _may_be_name(bare, lowered, run):
            run += [*particles, word]
            particles = []
        else:
            if run:
                yield run
            if from_first:
                return
            run, particles = [], []
    if run:
        yield run


def _may_be_name(bare: str, lowered: str, run: _Run) -> bool:
    if not bare or (bare.islower() and bare.isascii()) or _spelt_oddly(bare) or lowered in _TITLES:
        return False
    if lowered not in _NOT_NAMES:
        return True
    return lowered in _SURNAMES_TOO and bool(run) and is_given_name(run[-1].group())


def _end(run: _Run) -> int:
    return run[-1].start() + len(_bare(run[-1].group()))


def _bare(word: str) -> str:
    return word.removesuffix("'s").rstrip(".'-!?")


def _spelt_oddly(word: str) -> bool:
    """iPhone, GmbH, HTTPServer: capitals inside a word, save after Mc, O' and their like."""
    if word.isupper() or "-" in word or "'" in word:
        return False
    rest = re.sub(r"^(?:Mc|Mac|De|Di|Du|La|Le|Van|Von|Fitz)(?=[A-Z])", "", word)
    return any(character.isupper() for character in rest[1:])


@cache
def _given_names() -> frozenset[str]:
    lines = (resources.files(__package__) / "given_names.txt").read_text("utf-8").splitlines()
    return frozenset(
        fold(name).lower() for line in lines if not line.startswith("#") for name in line.split()[1:] if len(name) > 2
    )


NAME_CHECKS: Mapping[str, Callable[[str], int]] = MappingProxyType(
    {"addressee": addressee, "known_name": known, "name_at_end": at_end, "name_at_start": at_start}
)
"""By the names that recognisers use."""
