"""What names of columns say."""

import pytest

from lacuna.domain.column_names import column, words
from lacuna.domain.tiers import Tier


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("email", "PII.EMAIL"),
        ("customer_email", "PII.EMAIL"),
        ("CustomerEmail", "PII.EMAIL"),
        ("EMAILS", "PII.EMAIL"),
        ("e-mail", "PII.EMAIL"),
        ("employee.ssn", "PII.SSN"),
        ("ssn_last4", "PII.SSN"),
        ("dateOfBirth", "PII.DOB"),
        ("base_salary_eur", "ORG.PAY"),
        ("IBAN2", "PII.BANK_ACCOUNT"),
        ("clientIPAddress", "PII.IP"),
        ("api_key", "SECRET.API_KEY"),
        ("password_hash", "SECRET.PASSWORD"),
    ],
)
def test_a_name_says_what_the_column_holds(name: str, kind: str) -> None:
    found = column(name)
    assert kind in found.kinds
    assert found.tier is Tier.PROPRIETARY


@pytest.mark.parametrize("name", ["region", "amount", "emailed_by", "spinner", "company", "tokenizer", "", "___", "7"])
def test_other_names_say_nothing(name: str) -> None:
    assert column(name).tier is Tier.PUBLIC
    assert not column(name).identifying


@pytest.mark.parametrize("name", ["id", "order_id", "customer_uuid", "customer_id", "invoice_number"])
def test_keys_single_out_rows(name: str) -> None:
    assert column(name).identifying


def test_words_of_names() -> None:
    assert words("HTTPServerName_v2") == ("http", "server", "name", "v", "2")
