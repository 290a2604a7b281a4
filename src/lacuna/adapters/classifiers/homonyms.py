"""Terms that are common words too ("Echo", "Nova"): which they are, and what shows that the term is meant.

Guarantees: a term that is no known common word is never held back. What is meant is judged by the term's capitals and
by words such as "project", "client" or "launch" in its sentence; judging meaning is left to later layers.
"""

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
    r"status|schedule|meetings?|stand-?ups?|retro|vendors?|suppliers?|partners?|acquisitions?|merger|acquire|"
    r"pricing|revenue|forecast|pipeline|cluster|service|database|api|endpoint|ship(?:s|ped|ping)?|"
    # German
    r"projekte?[ns]?|kunden?|kundin|mandant(?:en)?|konto|konten|team|deckname|codename|start|markteinfuhrung|"
    r"freigabe|meilensteine?|fahrplan|zeitplan|frist|budget|vertrage?[sn]?|rechnung(?:en)?|angebot|lieferanten?|"
    r"partner|ubernahme|fusion|unser[a-z]{0,2}|wir|intern|vertraulich|besprechung|umsatz|preise|"
    # French
    r"projets?|clients?|comptes?|equipes?|nom de code|lancement|livraison|jalons?|feuille de route|calendrier|"
    r"echeance|contrats?|factures?|fournisseurs?|partenaires?|rachat|notre|nos|nous|interne|confidentiel|reunion|"
    r"chiffre d'affaires|"
    # Spanish, Portuguese, Italian
    r"proyectos?|clientes?|cuentas?|equipos?|nombre en clave|lanzamiento|entrega|hitos?|cronograma|plazo|"
    r"presupuesto|contratos?|facturas?|proveedor(?:es)?|socios?|adquisicion|nuestr[oa]s?|interno|reunion|ingresos|"
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


def has_context(folded: str, start: int, end: int) -> bool:
    """Whether a context word stands within REACH characters of the term at `start` to `end` of a folded text."""
    context = _context()
    before = folded[max(0, start - REACH) : start]
    return context.search(before) is not None or context.search(folded[end : end + REACH]) is not None
