"""Positive evidence that a text is public: it asks for or states general knowledge, and nothing ties it to the
speaker's work.

The cue is modest by design: at most `STRENGTH`, enough for the balanced strategy and never for the conservative one.
It is never earned by words like "what is" or "public" alone. A text earns it when all of this holds:

1. It has the form of an information-seeking question, or of plain third-person statements (encyclopaedia,
   documentation).
2. No word refers to the speaker's own side: first-person plural and possessives ("our", "we", "unser", "notre", ...),
   nor asks an assistant to act on workplace objects (meetings, tickets, leads, dashboards, ...).
3. No relative work date ("by Friday", "next sprint", "last quarter") and no bare definite reference to a system that
   only insiders could resolve ("in the login service", "the staging cluster").

Whether something sensitive stands in the text is not judged here: evidence counts only where nothing was found.
"""

from collections.abc import Collection
from typing import Final

STRENGTH = 0.7
_SHORT = 4
"""Words below which a text shows too little to be evidence of anything."""


def _any(*groups: str) -> str:
    return r"(?i)(?:\b|^)(?:" + "|".join(groups) + r")(?:\b|$)"


_OWN_SIDE = _any(
    r"our|ours|ourselves|we|we're|we've|we'll|(?:for|with|to|tell|give|help|let|send) us|"
    r"my|mine|i|i'm|i've|i'd|i'll|me",
    r"unser(?:e|er|es|em|en)?|wir|uns|mein(?:e|er|es|em|en)?|ich|mir|mich",
    r"notre|nos|nous|mon|mes|j'ai|je|moi",
    r"nuestr[oa]s?|nosotros|mis?|yo|tenemos|hemos",
    r"nostr[oaie]|noi|mio|mia|miei|abbiamo|nosso|nossa|nossos|nossas|temos|meu|minha",
    r"onze|ons|wij|mijn|nasz(?:a|e|ego|ej)?|var|vart|vara|meidan|bizim|benim",
    "наш(?:а|е|и|его|ей|их)?|мы|мой|моя|我们|我們|我的|当社|弊社|私たち|우리",
)

_INSTRUCTION = (
    r"(?i)(?:^|[.!?;:]\s+|,\s+|\b(?:and|then|please|also)\s+)(?:(?:re)?schedule|reassign|assign|book|cancel|postpone|"
    r"forward|delete|remove|update|draft|send|remind|notify|plot|"
    r"summari[sz]e|escalate|approve|onboard|invoice|create|make|move|add|change|set up|share|reply|respond|tell|ask|"
    r"check|pull|prepare|write|review|compile|email|call|put)\b"
)
"""An imperative: one of these verbs where a clause begins."""

_WORK_ACTION = _any(
    r"reassign|postpone|cc|escalate|"
    r"(?:can|could|would|will) you (?:please )?(?:check|make|move|change|add|create|find|give|show|tell|send|book|"
    r"cancel|delete|update|get|see|plot|set|look)|please",
    r"verschieb\w*|sag\w* .{0,30} ab|leite .{0,30} weiter|erinner\w*|bitte|annule[rz]?|reporte[rz]?|envoie[rz]?|"
    r"transfere[rz]?|merci de|envia(?:r|le)?|cancela(?:r)?|por favor|"
    r"invia(?:re)?|annulla(?:re)?|per favore",
)

_WORK_OBJECT = _any(
    r"meetings?|calendars?|sprints?|backlogs?|standups?|stand-ups?|tickets?|leads?|crm|pipelines?|dashboards?|"
    r"roadmaps?|okrs?|kpis?|quarterly|q[1-4]|fy ?\d{2,4}|stakeholders?|deliverables?|"
    r"onboarding|offboarding|colleagues?|coworkers?|co-workers|teammates?|team|teams|managers?|supervisors?|hr|human "
    r"resources|payroll|employees?|headcount|budget|invoices?|vendors?|contractors?|"
    r"clients?|customers?|prospects?|accounts? payable|purchase orders?|inbox|e?-?mails? from|slack channel|wiki "
    r"page|jira|confluence|salesforce|sharepoint|deadline|kick-?off|agenda|minutes of|"
    r"follow-?ups?|action items?|performance reviews?|company polic(?:y|ies)|handbook|the company|employer|workplace|"
    r"staging|prod|rollout|postmortem|runbook|on-?call|incident|release plan|launch plan",
    r"compan(?:y|ies) (?:offers|provides|will|requires|expects)|'s (?:tasks|leads|calendar|inbox|laptop|account)|hi|"
    r"hey|hello|dear|regards|cheers|thanks|sincerely|"
    r"besprechung\w*|kolleg\w+|kund(?:e|en|in|innen)|mitarbeiter\w*|abteilung\w*|vorstand\w*|angebot\w*|rechnung\w*|"
    r"quartal\w*|reunions?|collegues?|clients?|salaries?|reunion(?:es)?|"
    r"clientes?|empleados?|equipo|riunion[ei]|colleg(?:a|hi|he)|clienti?|dipendenti",
)

_WORK_TIME = _any(
    r"(?:by|before|until|for) (?:tomorrow|monday|tuesday|wednesday|thursday|friday|eod|cob|end of (?:day|week|month|"
    r"quarter))|next (?:week|month|quarter|sprint|monday|tuesday|wednesday|thursday|friday)|"
    r"last (?:week|month|quarter|sprint|monday|tuesday|wednesday|thursday|friday)|this (?:week|month|quarter|sprint|"
    r"afternoon|morning)|tomorrow|today|yesterday|tonight|currently|upcoming",
    r"nachste[nrs]? (?:woche|monat|quartal)|letzte[nrs]? (?:woche|monat|quartal)|morgen|heute|gestern|demain|hier|"
    r"aujourd'hui|manana|ayer|hoy|domani|ieri|oggi",
)

_INSIDER_REFERENCE = (
    r"(?i)\b(?:in|on|for|to|from|with|of|behind|through|is|are|was|were|does|do|did|has|have|will|should|can|why|"
    r"restart|reset) the (?:[\w-]+ ){0,2}(?:service|servers?|cluster|repo|repository|database|gateway|backend|"
    r"frontend|environment|deployment|portal|app|"
    r"system|module|tenant|vpn|network|codebase|branch|build|integration|migration|project|proposal|contract|deal|"
    r"plan|report|deck|spreadsheet)\b"
)

_QUESTION = (
    r"(?i)^\W*(?:(?:in|on|at|by|to|for|from|of|with|under|during|after|before|according to|per) )?(?:the )?(?:who|"
    r"whom|whose|what|what's|which|when|where|why|how|is|are|was|were|does|do|did|has|have|had|can|could|"
    r"name|list|define|explain|describe|"
    r"wer|wen|wem|was|wann|wo|woher|wohin|warum|weshalb|wie|wieso|welche[rsnm]?|an welche[rmn]|in welche[rmn]|zu "
    r"welche[rmn]|aus welche[rmn]|auf welche[rmn]|mit welche[rmn]|"
    r"qui|que|quel(?:le)?s?|quand|ou|comment|pourquoi|combien|qu'est|est-ce|"
    r"quien(?:es)?|cual(?:es)?|cuando|donde|como|cuant[oa]s?|por que|en que|a que|de que|"
    r"chi|cosa|quale|quali|dove|perche|quanto|quanti|quem|qual|quais|onde|quantos?|"
    r"wie|wat|welke?|waar|waarom|hoe|kto|co|gdzie|kiedy|dlaczego|jak|ile|vem|vad|var|nar|kuka|mika|missa|kim|ne|"
    r"nerede|neden|nasil)\b"
)
_QUESTION_MARK = (
    "[?؟]\\s*$|[?؟]\\s*[\"')\\]]*\\s*$|吗|嗎|谁|誰|什么|何|哪|多少|为什么|ですか|ますか|니까|무엇|누구|언제|어디|เท่าไร|อะไร|ใคร|ที่ไหน|किस|क्या|"
    "कौन|कब|कहा|τι |ποι|ποτε|που "
)
_STATEMENT = (
    r"(?i)\b(?:is|are|was|were|has|had|have|became|been|being|consists?|contains?|includes?|can|may|must|should|will|"
    r"specifies|requires?|defaults?|enables?|takes?|gives?|refers?|describes?|returns?|provides?|supports?|allows?|"
    r"uses?|defines?|means|called|known|"
    r"ist|sind|war|waren|wurde|wurden|hat|hatte|wird|werden|est|sont|etait|etaient|fut|a ete|es|son|era|eran|fue|"
    r"fueron|ha sido|e stat[oa]|erano|sono|foi|eram|sao|"
    r"является|был[аои]?|ήταν|είναι|是|在|的|था|थे|है|هو|هي|كان|vardır|olan|เป็น|la|va|cua|este|sunt)\b|[。।]|"
    r"[\x{620}-\x{63f}\x{641}-\x{64a}\x{66e}-\x{6d3}\x{750}-\x{77f}\x{900}-\x{950}\x{955}-\x{963}\x{966}-\x{97f}"
    r"\x{e01}-\x{e3a}\x{e40}-\x{e5b}\x{3005}\x{3007}\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{20000}-\x{2fa1f}]{6}"
)
_PROSE = 12
"""Words from which statements without any tie to the speaker count as encyclopaedic or documentary."""


_TIES = (_OWN_SIDE, _WORK_OBJECT, _INSTRUCTION, _WORK_ACTION, _WORK_TIME, _INSIDER_REFERENCE)
_ALL = (*_TIES, _QUESTION, _QUESTION_MARK, _STATEMENT)
_TIED = frozenset(range(len(_TIES)))
_ASKING = frozenset({_ALL.index(_QUESTION), _ALL.index(_QUESTION_MARK)})
_STATING = _ALL.index(_STATEMENT)

PATTERNS: Final[tuple[str, ...]] = _ALL
"""What to look for in a text (RE2 syntax); `evidence` wants to know which of them occur, by number."""


RULES: Final = ("", "public.question", "public.statement")
"""What `evidence` may answer."""


def evidence(folded: str, found: Collection[int]) -> str:
    """The rule by which a folded text shows itself to be public, with `STRENGTH`; "" where none does. `found` are the
    numbers of the `PATTERNS` that occur in it."""
    if not _TIED.isdisjoint(found):
        return ""
    words = folded.count(" ") + folded.count("\n") + 1
    if words < _SHORT and folded.isascii():
        return ""
    if not _ASKING.isdisjoint(found):
        return "public.question"
    if _STATING in found and (words >= _PROSE or not folded.isascii()):
        return "public.statement"
    return ""
