"""Keys and tokens that their issuer marks with a prefix or a fixed form: all format tables as recognisers."""

from lacuna.adapters.classifiers.recognisers.secret_format import recognisers
from lacuna.adapters.classifiers.recognisers.secret_formats_platforms import CLOUDS, DELIVERY, MONITORING
from lacuna.adapters.classifiers.recognisers.secret_formats_services import AI, IDENTITY, MESSAGES, OFFICE, PAYMENT

RECOGNISERS = recognisers((*CLOUDS, *DELIVERY, *MONITORING, *AI, *MESSAGES, *PAYMENT, *OFFICE, *IDENTITY))
