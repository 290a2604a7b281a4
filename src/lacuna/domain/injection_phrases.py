"""How texts address a language model, in several languages: what `domain.injection` looks for.

Each entry is a pair: the words of which a text must have one, parted by spaces or, where a word has a space, by bars;
and a pattern. Texts are folded before: lower case, without marks over letters. To look for the words costs next to
nothing, and few passages have any. Patterns are bounded, so that a text takes linear time.
"""

from typing import Final

INSTRUCTIONS: Final = (
    # A verb that revokes, then what is revoked, near to each other.
    (
        "ignor disregard forget overrid bypass follow obey",
        (
            r"(?:ignor\w*|disregard\w*|forget|overrid\w+|bypass|(?:do not|don't|stop) (?:follow|obey)(?:ing)?)"
            r"[^.\n]{0,40}\b(?:instruction|prompt|rule|direction|guideline|command|everything|all (?:of )?the above|"
            r"(?:previous|prior|above|earlier) (?:text|message|context|conversation))s?\b"
        ),
    ),
    (
        "ignorier vergiss vergessen missacht beacht",
        (
            r"(?:ignorier\w*|vergiss|vergessen sie|missacht\w*|beachte\w* nicht)[^.\n]{0,50}\b(?:anweisung"
            r"|instruktion|"
            r"vorgabe|regel|befehl|alles)\w*"
        ),
    ),
    (
        "ignor oubli suis suivez tiens tenez",
        (
            r"(?:ignor\w*|oubli\w*|ne (?:suis|suivez|tiens|tenez) pas)[^.\n]{0,50}\b(?:instruction|consigne"
            r"|regle|directive|"
            r"tout ce qui precede)s?\b"
        ),
    ),
    (
        "ignor olvid omit sigas",
        (
            r"(?:ignora\w*|olvid\w*|omit\w*|no sigas)[^.\n]{0,50}\b(?:instruccion|indicacion|orden|regla"
            r"|todo lo anterior)\w*"
        ),
    ),
    (
        "ignor dimentic trascur",
        r"(?:ignor\w*|dimentic\w*|trascur\w*)[^.\n]{0,50}\b(?:istruzion|indicazion|regol|tutto quanto sopra)\w*",
    ),
    (
        "ignor esquec desconsider",
        r"(?:ignor\w*|esquec\w*|desconsider\w*)[^.\n]{0,50}\b(?:instruc\w*|regras?|ordens|tudo acima)",
    ),
    ("negeer vergeet", r"(?:negeer|vergeet)[^.\n]{0,50}\b(?:instructie|opdracht|regel|alles)\w*"),
    ("zignoruj zapomnij pomin", r"(?:zignoruj|zapomnij|pomin)[^.\n]{0,50}\b(?:instrukcj|polece|zasad|wszystk)\w*"),
    (
        "игнорируи забудь следуи",
        r"(?:игнорируи|забудь|не следуи)\w*[^.\n]{0,50}(?:инструкц|указан|правил|команд|все)\w*",
    ),
    (
        "talimat komut kural",
        r"(?:talimat|komut|kural)\w*[^.\n]{0,40}(?:yok say|gormezden gel|unut|dikkate alma)\w*",
    ),
    (
        "忽略 无视 無視 忘",
        (
            r"(?:忽略|无视|無視|忘记|忘掉)[^。\n]{0,20}(?:指令|指示|提示|规则|規則|内容|要求)"
            r"|(?:指示|命令|プロンプト|ルール)[^。\n]{0,15}(?:無視|忘れ)"
        ),
    ),
    ("무시 잊", r"(?:지시|명령|규칙|프롬프트)[^.\n]{0,20}(?:무시|잊)"),
    ("تجاهل انس", r"(?:تجاهل|انس)[^.\n]{0,40}(?:التعليمات|تعليمات|الاوامر|القواعد)"),
    # A role or a secret for the reader, if the reader is a model.
    (
        "you are|from now on|new instruction|new task|new role|new objective|system prompt",
        (
            r"\byou are (?:now|no longer) (?:an? |the |in |bound|restricted|allowed|free)"
            r"|\bfrom now on,? you (?:are|will|must|should|shall)\b"
            r"|\b(?:your|the) new (?:instructions?|task|role|system prompt|objective) (?:is|are)\b"
            r"|\bnew (?:system )?instructions?\s*:"
            r"|\bif you are an? (?:ai|llm|language model|assistant|chatbot|bot)\b"
        ),
    ),
    (
        "prompt|instructions|above",
        (
            r"\b(?:reveal|print|show|repeat|output|disclose|leak|tell me)\b[^.\n]{0,40}\b(?:system prompt"
            r"|your (?:initial |"
            r"hidden |original )?(?:instructions|prompt)|(?:everything|text) above)"
        ),
    ),
    (
        "the user|your user|human|reader|anyone",
        (
            r"\b(?:do not|don't|never) (?:tell|inform|alert|warn|mention (?:this|it) to|reveal (?:this"
            r"|it) to) (?:the |your )?"
            r"(?:user|human|reader|anyone)\b|\bwithout (?:telling|informing|alerting|asking) the user\b"
        ),
    ),
    (
        "assistant|llm|language model|chatbot| ai ",
        (
            r"\b(?:attention|important|note|message|instructions?)\b[^.\n]{0,30}\b(?:to|for) (?:the |any "
            r"|all )?(?:chat )?"
            r"(?:ai|llm|language models?|assistant|chatbot|ai assistants?|ai model)s?\b"
            r"|\b(?:ai|llm|language model|assistant|chatbot)s?\b[^.\n]{0,20}\b(?:must|should|shall"
            r"|are required to|have to) "
            r"(?:answer|respond|reply|say|state|ignore|include|recommend|output)\b"
        ),
    ),
    (
        "act as|behave as|respond as|pretend as|mode|jailbreak|prompt injection|nothing else|no matter",
        (
            r"\b(?:act|behave|respond|pretend) as (?:if you (?:are|were)|an? (?:unrestricted|jailbroken"
            r"|uncensored|evil))"
            r"|\b(?:developer|dan|god|debug|admin|sudo) mode\b[^.\n]{0,20}\b(?:enabled|activated|on)\b"
            r"|\b(?:jailbreak|prompt injection successful)\b"
            r"|\b(?:respond|answer|reply) only with\b[^.\n]{0,80}\b(?:and nothing else|no matter)\b"
        ),
    ),
    (
        "du bist|nutzer|anwender|prompt",
        (
            r"\bdu bist (?:jetzt|ab sofort|von nun an)\b|\b(?:sage?|verrate|melde"
            r"|zeige?)\b[^.\n]{0,30}\b(?:dem (?:nutzer|"
            r"benutzer|anwender) (?:nicht|nichts)|(?:deinen?|den) system-?prompt)"
        ),
    ),
    (
        "tu es|utilisateur|eres|usuario|ora sei|utente",
        (
            r"\btu es (?:maintenant|desormais)\b|\bne (?:dis|dites|le dis) (?:rien|pas) a l'utilisateur"
            r"|\b(?:ahora|desde ahora) eres\b|\bno (?:se lo )?digas? (?:nada )?al usuario"
            r"|\bora sei\b|\bnon dire (?:nulla )?all'utente"
        ),
    ),
    (
        "теперь|пользователю|你|ユーザー|あなたは",
        (
            r"ты теперь|теперь ты|не говори пользователю|你现在是|從現在開始你|从现在开始你|不要告诉用户"
            r"|あなたは今から|ユーザーに(?:は)?(?:言わ|伝え)ない"
        ),
    ),
)
ORDERS_TO_SEND: Final = (
    (
        "://|url|query string|@",
        (
            r"\b(?:send|post|forward|transmit|upload|exfiltrate|leak|e-?mail|submit|append|encode|insert|embed|put)\b"
            r"[^.\n]{0,100}\b(?:data|answer|conversation|content|context|passages?|secrets?|passwords?|credentials?|"
            r"api keys?|chat history|user'?s? (?:question|query|name|e-?mail))\b[^\n]{0,80}(?:https?://|\burl\b"
            r"|\bquery string\b"
            r"|@)"
        ),
    ),
    (
        "![|<img|markdown image|tracking pixel|this image|this link|this url",
        (
            r"\b(?:include|add|insert|render|display|output|begin|end) (?:[^\n]{0,60} )?(?:with )?"
            r"(?:!\[|<img|an? markdown image|a tracking pixel|this (?:image|link|url))"
        ),
    ),
    (
        "://|@",
        (
            r"\b(?:sende?n?|schick\w*|ubermitt\w*)\b[^.\n]{0,80}\b(?:daten|antwort|gesprach|inhalt|passwort"
            r"|kennwort)\w*"
            r"[^\n]{0,60}(?:https?://|@)"
            r"|\b(?:envoie|envoyez|envia\w*|invia\w*)\b[^.\n]{0,80}\b(?:donnees|reponse|conversation|contenu|"
            r"mots? de passe|datos|respuesta|conversacion|contenido|contrasen\w*|dati|risposta|conversazione"
            r"|contenuto)\b[^\n]{0,60}"
            r"(?:https?://|@)"
        ),
    ),
)
