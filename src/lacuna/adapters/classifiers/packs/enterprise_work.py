"""Enterprise pack: work among colleagues: tickets, workspaces, who reports to whom, incidents, roadmaps."""

from dataclasses import replace

from lacuna.adapters.classifiers.packs.house_words import OWN_HOUSE
from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.domain.tiers import Tier

_NAME = r"\p{Lu}[\pL'-]+ \p{Lu}[\pL'-]+"

_RULES = (
    Recogniser(
        rule="org.ticket",
        kind="WORK.TICKET",
        tier=Tier.INTERNAL,
        pattern=r"\b[A-Z][A-Z0-9]{1,9}-\d{1,6}\b",
        validator="ticket_key",
        context=(
            r"jira|tickets?|youtrack|linear|redmine|story|epic|subtask|backlog|sprint|hotfix|blocked by|"
            r"blocks|assigned to|fixes|closes|vorgang"
        ),
        before=40,
        after=40,
        unless=r"[\w/-]",
        also=OWN_HOUSE
        + r"|standup|sprint|backlog|on-call|oncall|prod\w*|deploy\w*|release|released|releases|customer\w*|merge\w*|"
        r"assigned|due|blocked|reopen\w*|close|closed|closes|fix|fixes|fixed",
        also_within=100,
        confidence=0.7,
        examples=(
            "who is assigned to ticket PAY-1182?",
            "we moved LEDG-77 into the next sprint",
            "Jira PAY-1182 is blocked",
        ),
        counterexamples=("fixed in CVE-2024-3094 by our release", "UTF-8 tickets we print", "flight LH-1182"),
    ),
    Recogniser(
        rule="org.service_ticket",
        kind="WORK.TICKET",
        tier=Tier.INTERNAL,
        pattern=r"\b(?:INC|CHG|RITM|PRB|REQ|SCTASK|CTASK|KB)\d{7,10}\b",
        confidence=0.8,
        examples=("status of INC0048211", "CHG0031192 is approved"),
        counterexamples=("INC 2024", "KB500123"),
    ),
    Recogniser(
        rule="org.workspace",
        kind="WORK.WORKSPACE",
        tier=Tier.INTERNAL,
        pattern=(
            r"(?i)\bhttps?://(?:[a-z0-9-]+\.sharepoint\.com/(?:sites|teams|personal|:\w:)/[^\s\"')]+|"
            r"[a-z0-9-]+\.slack\.com/archives/[a-z0-9]{8,}[^\s\"')]*|[a-z0-9-]+\.atlassian\.net/(?:browse|"
            r"wiki|jira)/[^\s\"')]+|"
            r"docs\.google\.com/(?:document|spreadsheets|presentation)/d/[\w-]{20,}|"
            r"drive\.google\.com/(?:file/d|drive/folders)/[\w-]{20,}|"
            r"(?:www\.)?notion\.so/[\w-]+/[\w-]*[0-9a-f]{32}|teams\.microsoft\.com/l/[^\s\"')]+|"
            r"[a-z0-9-]+\.zoom\.us/j/\d{9,11}|miro\.com/app/board/[\w=-]+|(?:www\.)?figma\.com/(?:file|"
            r"design)/[\w-]{15,})"
        ),
        probe=(
            r"(?i)sharepoint\.com/|slack\.com/archives/|atlassian\.net/|docs\.google\.com/|"
            r"drive\.google\.com/|notion\.so/|teams\.microsoft\.com/l/|zoom\.us/j/|miro\.com/app/|"
            r"figma\.com/(?:file|design)/"
        ),
        confidence=0.8,
        examples=(
            "https://bluefin.sharepoint.com/sites/hr/Shared%20Documents/letters",
            "https://bluefin.slack.com/archives/C04AB12CD3E/p1712",
            "https://docs.google.com/document/d/1AbCdEfGhIjKlMnOpQrStUvWxYz012345/edit",
        ),
        counterexamples=("https://docs.google.com/forms", "https://slack.com/help"),
    ),
    Recogniser(
        rule="org.reporting_line",
        kind="WORK.ORGANISATION",
        tier=Tier.INTERNAL,
        pattern=(
            rf"{_NAME}(?:,? [\pL ]{{1,40}},?)? (?:reports? (?:directly )?to|berichtet an|rapporte a|depende "
            rf"de|riporta a|reporta a|rapporteert aan|raportuje do) (?:{_NAME}|(?:the |our )?(?:CEO|CTO|CFO|"
            rf"CIO|COO|VP)\b)"
        ),
        probe=(
            r"(?i)reports? (?:directly )?to|berichtet an|rapporte a|depende de|riporta a|reporta a|"
            r"rapporteert aan|raportuje do"
        ),
        confidence=0.75,
        examples=(
            "Ida Holm reports to Jonas Brandt",
            "Ida Holm, head of payments, reports directly to the CFO",
            "Ida Holm berichtet an Jonas Brandt",
        ),
        counterexamples=("The agency reports to Congress", "who reports to the board?"),
    ),
    Recogniser(
        rule="org.reorganisation",
        kind="WORK.ORGANISATION",
        pattern=(
            r"(?i)\b(?:re-?org(?:ani[sz]ation)?|lay-?offs?|redundanc(?:y|ies)|head-?count (?:freeze|cut|"
            r"reduction|plan)|performance improvement plan|\bpip\b|severance|umstrukturierung|stellenabbau|"
            r"entlassungen|personalabbau|"
            r"plan social|licenciements|restructuration|despidos|reestructuracion|ere\b|licenziamenti|"
            r"ristrutturazione|demissoes|ontslagronde|reorganisatie|zwolnienia grupowe)\b|сокращени\pL+ штата|"
            r"人員削減|リストラ|裁员|구조조정"
        ),
        context=OWN_HOUSE + "|before it is announced|not yet announced|department|abteilung|will be let go",
        before=50,
        after=50,
        confidence=0.7,
        examples=(
            "draft the mail about our layoffs",
            "we plan a reorg of the payments department",
            "unser Stellenabbau beginnt im Mai",
        ),
        counterexamples=("What is a reorg?", "Layoffs in the industry rose in 2023"),
    ),
    Recogniser(
        rule="org.chart",
        kind="WORK.ORGANISATION",
        tier=Tier.INTERNAL,
        pattern=(
            r"(?i)\b(?:org(?:ani[sz]ation(?:al)?)? chart|reporting line|direct reports|dotted[- ]line|span of "
            r"control|organigramm|organigramme|organigrama|organigramma|organogram)\b|組織図|组织架构图?|조직도"
        ),
        context=OWN_HOUSE + "|my",
        before=40,
        after=40,
        confidence=0.65,
        examples=("send me our org chart", "unser Organigramm", "two of my direct reports"),
        counterexamples=("What is an org chart?", "Wie zeichnet man ein Organigramm?"),
    ),
    Recogniser(
        rule="org.incident",
        kind="WORK.INCIDENT",
        tier=Tier.INTERNAL,
        pattern=(
            r"(?i)\b(?:post-?mortem|root cause|rca|outage|sev-?[0-3]|p[01] incident|breach|ransomware|"
            r"rollback|pager ?duty|storung|sicherheitsvorfall|panne|incident de securite|incidente de "
            r"seguridad|caida del servicio|incidente|storing)\b|障害|故障复盘|장애"
        ),
        context=OWN_HOUSE,
        before=40,
        after=40,
        confidence=0.65,
        examples=(
            "write the post-mortem of our outage",
            "we had a ransomware case",
            "unser Sicherheitsvorfall vom Montag",
        ),
        counterexamples=("How do I write a post-mortem?", "The outage of 2021 hit many sites"),
    ),
    Recogniser(
        rule="org.roadmap",
        kind="WORK.PLAN",
        tier=Tier.INTERNAL,
        pattern=(
            r"(?i)\b(?:road-?map|okrs?|launch (?:date|plan)|go-to-market|pricing (?:change|model)|price "
            r"increase|deprecat(?:e|ion) plan|sunset|battle ?card|win rate|rfp response|statement of work|msa|"
            r"fahrplan|preiserhohung|markteinfuhrung|feuille de route|hoja de ruta|lanzamiento|lancio|"
            r"prijsverhoging)\b|ロードマップ|路线图|로드맵"
        ),
        context=OWN_HOUSE,
        before=40,
        after=30,
        confidence=0.65,
        examples=(
            "rewrite our roadmap for next year",
            "unsere Preiserhöhung ankündigen",
            "we plan the price increase for May",
        ),
        counterexamples=("What is an OKR?", "The roadmap to peace"),
    ),
)

RECOGNISERS = tuple(rule if rule.probe else replace(rule, probe=rule.pattern) for rule in _RULES)
"""The words around these matters are common ones, so the matters themselves are looked for first."""
