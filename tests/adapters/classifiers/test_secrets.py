"""Secrets as they stand in chats, code, configuration and commands, and what only looks like one.

All values are drawn here; none was ever valid.
"""

import base64
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacuna.adapters.classifiers.folding import fold
from lacuna.adapters.classifiers.pattern_set import PatternSet
from lacuna.adapters.classifiers.recognisers import ALL
from lacuna.adapters.classifiers.recognisers.secret_format import Format
from lacuna.adapters.classifiers.recognisers.secret_formats_platforms import CLOUDS, DELIVERY, MONITORING
from lacuna.adapters.classifiers.recognisers.secret_formats_services import AI, IDENTITY, MESSAGES, OFFICE, PAYMENT

_PATTERNS = PatternSet([recogniser for recogniser in ALL if recogniser.kind.startswith("SECRET.")])
_FORMATS = (*CLOUDS, *DELIVERY, *MONITORING, *AI, *MESSAGES, *PAYMENT, *OFFICE, *IDENTITY)
_DRAW = random.Random(19)
_KEY = "".join(_DRAW.choices(string.ascii_letters + string.digits, k=40))
_HEX = "".join(_DRAW.choices("0123456789abcdef", k=64))
_PEM = f"{_KEY}\n{_KEY}\n"


def _found(text: str) -> list[str]:
    folded = fold(text)
    return [folded[match.start : match.end] for match in _PATTERNS.find(folded)[0]]


def test_the_keys_of_at_least_150_services_have_a_format() -> None:
    assert len({form.name for form in _FORMATS}) == len(_FORMATS) >= 150


@pytest.mark.parametrize("form", _FORMATS, ids=lambda form: form.name)
def test_a_key_is_found_where_people_put_it(form: Format) -> None:
    key = form.example.strip()
    for text in (key, f'KEY="{key}"', f"why is {key} refused?", f"x = '{key}';", f"url?k={key}&a=b", f"- {key}\n"):
        assert any(key in span or span in key for span in _found(text)), text


@pytest.mark.parametrize(
    "text",
    [
        "my password is {}",
        "Das WLAN-Passwort lautet {}",
        "Das Kennwort für den Server ist {}",
        "mon mot de passe est {}",
        "la contraseña de la base de datos es {}",
        "a senha do banco é {}",
        "la mia password è {}",
        "mijn wachtwoord is {}",
        "moje hasło: {}",
        "mitt lösenord är {}",
        "пароль от сервера: {}",
        "我的密码是{}",
        "パスワードは{}です",
        "비밀번호는 {} 입니다",
        "الكود: كلمة المرور هي {}",
        "mật khẩu là {}",
        "รหัสผ่าน: {}",
        "user: alice pass: {}",
        "bob@10.0.0.4 (pw: {})",
        "ssh to the box with password {}",
        "creds admin/{}",
        "DB_PASSWORD={}",
        "  POSTGRES_PASSWORD: {}",
        "'password' => '{}',",
        "<password>{}</password>",
        '<add key="SmtpPassword" value="{}"/>',
        'setPassword("{}")',
        'os.environ.get("PASSWORD") or "{}"',
        "machine git.host.io login bob password {}",
        "db.corp:5432:shop:app:{}",
        "CREATE USER app IDENTIFIED BY '{}';",
        "ALTER ROLE app WITH LOGIN PASSWORD '{}';",
        "mysql -u root -p{} shop",
        "sshpass -p {} ssh root@host",
        "curl -u admin:{} https://api.host",
        "docker login -u bob -p {} registry.io",
        "echo {} | sudo -S id",
        "net use z: \\\\srv\\share /user:bob {}",
        "postgresql://svc:{}@10.1.2.3/app",
        "Server=db;Uid=sa;Pwd={};",
        "jdbc:mysql://db/x?user=app&password={}",
        "ENV ADMIN_PASSWORD {}",
    ],
)
@pytest.mark.parametrize("password", ["Maple-River7!x", "kq7zt2mwx9vb4", "Tr0ub4dor_Falke"])
def test_a_password_is_found_in_its_place(text: str, password: str) -> None:
    assert any(password in span for span in _found(text.format(password)))


@pytest.mark.parametrize(
    "text",
    [
        f"my token is {_KEY}",
        f"Der API-Schlüssel lautet {_KEY}",
        f"la clé API est {_KEY}",
        f"APIキーは {_KEY}",
        f"API密钥：{_KEY}",
        f"signing key: {_HEX}",
        f"aws_secret_access_key = {_KEY}",
        f"<apiToken>\n  {_KEY}\n</apiToken>",
        f"Authorization: Bearer {_KEY}",
        "Authorization: Basic " + base64.b64encode(f"svc:{_KEY[:12]}".encode()).decode(),
        f"Cookie: connect.sid=s%3A{_KEY}",
        f"https://acct.blob.host/c/f?sv=2022&sig={_KEY}%3D",
        f"//registry.host/:_authToken={_HEX[:8]}-{_HEX[:4]}-4{_HEX[:3]}-a{_HEX[:3]}-{_HEX[:12]}",
        "license key: 4QXI0-DYRRU-VZ014-E24QO",
        f"-----BEGIN EC PRIVATE KEY-----\n{_PEM}-----END EC PRIVATE KEY-----",
        f"root:$6${_KEY[:8]}${_KEY}{_KEY}:19000:0:99999:7:::",
        "recovery code: 9e07d-f3bf6",
    ],
)
def test_a_key_without_a_form_of_its_own_is_found_by_what_names_it(text: str) -> None:
    assert _found(text)


@pytest.mark.parametrize(
    "text",
    [
        "password: <your-password>",
        "password: ********",
        "password=changeme",
        "password: {{ vault_password }}",
        "PASSWORD=${DB_PASSWORD}",
        "my password is not working",
        "mein Passwort ist falsch",
        "пароль должен содержать 8 символов",
        "密码不能为空",
        "password = config.get_password(user2)",
        "if password == confirm_password2:",
        "the tests passed: 12 of 14",
        "curl -u username:password https://api.host/v2",
        "https://user:password@host.example",
        "api_key: YOUR_API_KEY",
        "token = get_token(client)",
        'token := os.Getenv("TOKEN")',
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "x" * 36,
        "sk-ant-api03-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2,
        f"commit {_HEX[:40]}",
        f"image: host/app@sha256:{_HEX}",
        f"app/main.py,sha256={_KEY}abc,1204",
        f'"integrity": "sha512-{_KEY}{_KEY}=="',
        f"golang.org/x/net v0.17.0 h1:{_KEY}abc=",
        f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{_KEY} bob@host",
        f"-----BEGIN CERTIFICATE-----\n{_PEM}-----END CERTIFICATE-----",
        "if pem.startswith('-----BEGIN PRIVATE KEY-----'):",
        "SPDX-License-Identifier: Apache-2.0",
        "color: #1a2b3c; background: #ff00ff",
        "pods/web-6d4cf56db6-x2k9p",
        "apiVersion: networking.k8s.io/v1beta1",
        "class AuthTokenHandlerV2Factory",
        "utf_8_sig: UTF-8-SIG",
        "primary key (user_id, order_id)",
        "what is a seed phrase and how do wallets use it?",
    ],
)
def test_what_only_looks_like_a_secret_is_left_alone(text: str) -> None:
    assert _found(text) == []


@given(st.text(alphabet=string.ascii_letters + string.digits, min_size=24, max_size=64))
def test_a_value_drawn_at_random_is_found_behind_a_name_for_it(value: str) -> None:
    mixed = len(set(value.lower())) >= 12 and sum(c.isdigit() for c in value) >= 3
    ascending = sum(ord(b) - ord(a) in (0, 1) for a, b in zip(value.lower(), value.lower()[1:], strict=False))
    if mixed and ascending < len(value) / 4 and not set("xX01") & set(value):
        assert value in "".join(_found(f"api_secret = {value}"))
