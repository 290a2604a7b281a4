"""Secrets without a form of their own: what a name, a vendor or a word beside them says they are.

The value must look drawn at random (`randomness`), so that placeholders, paths and code do not count. What names of
public values (digests, identifiers of builds, public keys) introduce does not count either.
"""

from lacuna.adapters.classifiers.recogniser import Recogniser
from lacuna.adapters.classifiers.recognisers.secret_format import CUT_OFF
from lacuna.adapters.classifiers.recognisers.secret_names import ASSIGN, NAMES, NAMES_PROBE, OTHER_NAMES, TAIL, VENDORS

_VALUE = r"[A-Za-z0-9+/_.!@#-][A-Za-z0-9+/_.!@#$%^&*~=|:?-]{7,}"
_PUBLIC_NAMES = (
    r"(?:(?:\b|_)(?:bucket|partition|sort|cache|object|image|version|locale|file|path|dir|folder|name|type|alg|pub)|(?-i:Bucket|"
    r"Object|Image|Version|Locale|File|Path|Dir|Folder|Name|Type)|public|"
    r"primary|foreign|hash|digest|checksum|sha\d{0,3}|md5|fingerprint|"
    r"thumbprint|integrity|etag|commit|revision|identifier|credentialsid|expression|"
    r"encoding|codec|charset|algorithm|publishable)[ _.-]?(?:key|token|id)?"
    r"[\w-]{0,4}[^\w]{1,8}|\bh1:"
)

RECOGNISERS = (
    Recogniser(
        rule="secret.assignment",
        kind="SECRET.API_KEY",
        pattern=rf"(?i){NAMES}{TAIL}{ASSIGN}({_VALUE})",
        probe=NAMES_PROBE,
        group=1,
        unless=_PUBLIC_NAMES,
        unless_after=CUT_OFF,
        validator="secret_value",
        confidence=0.85,
        examples=(
            'client_secret = "q8Zt3LmW0xRv7KpB2nYc"',
            "API_KEY: 7f3ka92mxq04bz81hw",
            "<apiToken>\n    k2v9x8q1m4z7w3e6\n</apiToken>",
            'auth_token: str = "q8Zt3LmW0xRv7KpB2nYc"',
            "| session_token | q8Zt3LmW0xRv7KpB2nYc |",
            "https://host/v1?sig=q8Zt3LmW0xRv7KpB2nYc",
        ),
        counterexamples=(
            "api_key = os.environ['KEY']",
            "token: YOUR_TOKEN_HERE",
            'key = "primary_key_column"',
            "secret: xxxxxxxxxxxxxxxx",
            "access: everyone_can_read_it",
            "SPDX-License-Identifier: Apache-2.0",
            "public_key = '9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIK'",
            "Requires-Dist: fastapi>=0.99.0",
            'bucket_key: "SalesResults-1.2"',
        ),
    ),
    Recogniser(
        rule="secret.vendor_assignment",
        kind="SECRET.API_KEY",
        pattern=rf"(?i){VENDORS}{TAIL}{ASSIGN}({_VALUE})",
        probe=rf"(?i){VENDORS}",
        group=1,
        unless=_PUBLIC_NAMES,
        unless_after=CUT_OFF,
        validator="secret_value",
        confidence=0.8,
        examples=('droneci := "k2v9x8q1m4z7w3e6t5y0u1i2"', "looker = 4f9s8d7g6h5j4k3l2z1x"),
        counterexamples=("github: https", "slack = enabled_for_everyone", "docker, kubernetes and others"),
    ),
    Recogniser(
        rule="secret.vendor_beside",
        kind="SECRET.API_KEY",
        pattern=rf"(?i){VENDORS}(?:[ _-]?[a-z]{{1,8}}){{0,2}}[ \"'`-]{{1,4}}([A-Za-z0-9_+/.-]{{16,}}=*)",
        probe=rf"(?i){VENDORS}",
        group=1,
        unless=_PUBLIC_NAMES,
        unless_after=CUT_OFF,
        validator="spoken_value",
        confidence=0.75,
        examples=("cloudsmith 7c3a9f0e5b1d8264f3a7c0e9b5d18264", "webex bot 'k2v9x8q1m4z7w3e6t5y0u1i2'"),
        counterexamples=(
            "docker compose-up-and-running",
            "github actions/checkout",
            "azure eastus2-production-cluster",
        ),
    ),
    Recogniser(
        rule="secret.spoken",
        kind="SECRET.API_KEY",
        pattern=(
            rf"(?i)(?:{NAMES}|{OTHER_NAMES})[\w'-]{{0,16}}(?:[ ]\pL{{1,10}}){{0,3}}[ :=\"'`(-]{{1,4}}"
            r"([A-Za-z0-9][A-Za-z0-9_+/=~.-]{11,})"
        ),
        group=1,
        probe=rf"{NAMES_PROBE}|{OTHER_NAMES}",
        unless=rf"{_PUBLIC_NAMES}|/[\w.-]*",
        unless_after=CUT_OFF,
        validator="spoken_value",
        confidence=0.8,
        examples=(
            "why does my token k2v9x8q1m4z7w3e6 fail?",
            "the key is 9fk3m2x8q7w1z0b5",
            "Der API-Schlüssel lautet 9fk3m2x8q7w1z0b5",
            "the api key for staging is 9fk3m2x8q7w1z0b5",
        ),
        counterexamples=(
            "the key is internationalization",
            "token authentication-middleware fails",
            "access to python3.11/site-packages",
        ),
    ),
    Recogniser(
        rule="secret.hexadecimal_assignment",
        kind="SECRET.API_KEY",
        pattern=(
            r"(?i)(?:key|secret|token|auth|pass|cred|psk|salt|seed|iv|entropy)[\w.-]{0,16}[\"']?\s{0,3}(?:=|:|:=|=>)\s{0,3}"
            r"(?:\{\s?)?((?:0x[0-9a-f]{2},?\s{0,2}){8,})"
        ),
        group=1,
        probe=r"(?i)0x[0-9a-f]{2},\s?0x",
        confidence=0.75,
        examples=("AESKEY = {0x35, 0x34, 0x65, 0x9b, 0x1c, 0x2e, 0x13, 0x08}",),
        counterexamples=("key = 0x35", "mask = {0x35, 0x34, 0x65, 0x9b, 0x1c, 0x2e, 0x13, 0x08}"),
    ),
    Recogniser(
        rule="secret.random_token",
        kind="SECRET.TOKEN",
        pattern=r"[A-Za-z0-9_+-]{20,}={0,2}",
        probe=r"[A-Za-z]\d+[A-Za-z][A-Za-z_+-]*\d|[a-z][A-Z][a-z]?[A-Z][a-z]?[A-Z]",
        unless=(
            r"[/.#@&?%:\w-]|sha\d*[-:=\s]{1,3}|\bh1:|md5[-:=\s]{1,3}|integrity\W{1,4}|commit |nonce-|boundary=-*|"
            r"(?:digest|checksum|hash|fingerprint|etag)\W{1,4}|-----\\?n?\s*|[A-Za-z0-9+/]{16}\s{1,7}|"
            r"ssh-\w+ |nistp\d+ "
        ),
        unless_after=r"[/.@]\w|\s{1,6}[A-Za-z0-9+/]{24}",
        validator="random_token",
        confidence=0.6,
        examples=("it printed JHQT5zinMgZVMvLZI89e3KdYG78Ui8 and stopped",),
        counterexamples=(
            "f15a5a04b0f6dc6073e6db0296e6ef2d8b8d2522",
            "com_example_service_configuration_v2",
            "see https://host/JHQT5zinMgZVMvLZI89e3KdYG78Ui8",
            "29f63271-dc2f-4734-8221-5b31b5169bac",
            "a/b.py,sha256=ftILR3G5dqmlQmCJYNovuyXfFneJY2eH2RvpV19tyYE,10",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINTKSuRxZBOaEN4yq8c9NFuQrv4nV6JU9bPW bob",
        ),
    ),
)
