"""How texts name a secret and how they put a value beside the name: fragments of RE2 that several recognisers share.

All are used under `(?i)`; `(?-i:...)` in them asks for a capital, the border inside a camel-cased name.
"""

_VENDORS = (
    "adafruit|adobe|agora|airbrake|airtable|aiven|alchemy|algolia|alibaba|aliyun|amplitude|anthropic|apideck|apify|"
    "appcenter|apptio|artifactory|asana|assemblyai|atlassian|auth0|aviationstack|aws|azure|backblaze|bannerbear|beamer|"
    "bintray|bitbucket|bitfinex|bitly|bitmex|bittrex|blynk|braintree|brevo|browserstack|bugsnag|buildkite|calendly|"
    "chargebee|chartmogul|checkly|circleci|clarifai|clearbit|clickhouse|clickup|cloudant|cloudflare|cloudinary|"
    "cloudsmith|codacy|codeclimate|codecov|codemagic|cohere|coinapi|coinbase|coinlayer|confluence|confluent|"
    "contentful|contribsys|couchbase|coveralls|currencylayer|customerio|databricks|datadog|deepgram|deepseek|deputy|"
    "digitalocean|discord|disqus|docker|docusign|doppler|droneci|dropbox|duffel|dynatrace|easypost|edamam|elastic|"
    "elevenlabs|etherscan|etsy|eventbrite|facebook|fastly|figma|finicity|finnhub|firebase|firecrawl|fixer|flickr|"
    "flutterwave|frameio|freshbooks|freshdesk|fullstory|gcp|geoapify|geoip|getresponse|github|gitlab|gitter|"
    "gocardless|grafana|gumroad|harness|hashicorp|helpscout|heroku|honeycomb|hubspot|huggingface|hunter\\.?io|infracost|"
    "infura|instagram|intercom|intra42|ipdata|ipgeolocation|ipinfo|ipstack|jenkins|jfrog|jira|jotform|jumpcloud|"
    "kickbox|klaviyo|kraken|kucoin|launchdarkly|lemonsqueezy|linear|linked-?_?in|linode|lob|locationiq|logzio|lokalise|"
    "looker|mailchimp|mailerlite|mailgun|mailjet|mandrill|mapbox|mapquest|mattermost|maxmind|mediastack|meraki|"
    "message-?_?bird|mistral|mixpanel|monday|mongodb|netlify|new-?_?relic|newsapi|nexmo|ngrok|notion|npm|numverify|"
    "nvidia|nytimes|okta|omnisend|onelogin|onesignal|openai|opencage|openweather|opsgenie|optimizely|packagecloud|"
    "pagerduty|pandadoc|paperspace|parsehub|pastebin|paypal|paystack|pendo|perplexity|pinecone|pipedrive|plaid|"
    "planetscale|plivo|poloniex|polygon|postageapp|posthog|postman|postmark|prefect|privateai|pubnub|pulumi|pushbullet|"
    "pusher|pypi|qualaroo|quicknode|rabbitmq|railway|rapidapi|razorpay|readme|rebrandly|reddit|replicate|"
    "ringcentral|rollbar|rubygems|salesforce|saucelabs|scaleway|scalingo|scraperapi|scrapingbee|segment|sendbird|"
    "sendgrid|sendinblue|sentry|serpapi|serpstack|shippo|shodan|shopify|shutterstock|sidekiq|signalwire|slack|"
    "smartsheet|smartystreets|snowflake|snyk|sonar|sourcegraph|sparkpost|splunk|spoonacular|spotify|square|"
    "squarespace|stackhawk|statuscake|statuspage|storyblok|stripe|sumo(?:logic|[ _-])|supabase|surveymonkey|tailscale|"
    "telegram|telnyx|terraform|todoist|tomtom|travis|trello|twilio|twitch|twitter|typeform|uploadcare|uptimerobot|"
    "urlscan|userstack|vault|vercel|virustotal|vonage|vultr|wakatime|weatherbit|weatherstack|webex|webflow|wepay|"
    "whoisxml|wistia|woocommerce|wrike|yandex|youneedabudget|youtube|zapier|zendesk|zeplin|zerobounce|zoho|zoom|zulip"
)
VENDORS = rf"(?:\b|_)(?:{_VENDORS})"
"""Services whose keys have no form of their own; a random value beside such a name is one."""

NAMES = (
    r"(?:secret|token|credential|creds|private|bearer|apikey|access|"
    r"(?:key|auth)(?:s\b|\b|[ _.\d-]|(?-i:[A-Z]))|"
    r"(?:\b|_)(?:api|sig|signature|sid|pat|hmac|salt|nonce|seed|psk|csrf|xsrf|jwt|otp|totp|cookie|session|sessionid|"
    r"phpsessid|jsessionid|login|client[ _-]?id|signing|encryption|passkey|webhook)(?:\b|_|-|(?-i:[A-Z])))"
)
"""Words in the names of secrets; the short ones only as words of their own."""

NAMES_PROBE = (
    r"(?i)secret|token|credential|creds|private|bearer|access|key|auth(?:[^o]|$)|(?:\b|_)(?:api|sig|signature|sid|pat|"
    r"hmac|salt|nonce|seed|psk|csrf|xsrf|jwt|otp|totp|cookie|session|phpsessid|jsessionid|login|client|signing|encryption|"
    r"passkey|webhook)"
)
"""The same without the ends of words: what a text must hold for one of `NAMES` to be in it."""

OTHER_NAMES = (
    r"schlussel|\bcle\b|\bclave\b|chiave|\bchave\b|sleutel|klucz|nyckel|nøgle|anahtar|avain|ключ|токен|секрет|密钥|密鑰|"
    r"令牌|金鑰|キー|トークン|シークレット|키|토큰|مفتاح|מפתח|कुंजी|khoa api|kunci"
)
"""The same in other languages, folded."""

TAIL = r"[\w .-]{0,24}"
QUOTES = r"(?:@?[\"'`(\\]{1,4}|[bruf][\"'])"
_CLOSING = r"[\"'`\])}\\]{0,4}"
_TYPE = r"(?::\s?[A-Za-z][\w\[\]?.]{0,19}\s?)?"
_SIGNS = r"(?:[!=]={1,3}|={1,2}>|:{1,3}=|\?=|\|\|:?|\?\?|=|->|:{1,2})"
_SCHEME = r"(?:[A-Za-z][A-Za-z0-9]{2,8} )?"
ASSIGN = (
    rf"(?:{_CLOSING}\s{{0,3}}{_TYPE}{_SIGNS}\s{{0,6}}|{_CLOSING}\s?[,|>]\s{{0,8}}|[\"']\s?value\s?=\s?)"
    rf"{QUOTES}?{_SCHEME}"
)
"""What stands between a name and its value in code, configuration, mark-up and tables."""
