"""Pasted credentials in other languages, from mails, and wrapped over lines: whole, or left out and said."""

from __future__ import annotations

import itertools
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomgov.connectors.paste import Pasted, parse_credentials_block

A = "AbC_dEfGhIjKlMnOpQr-t1"
C = "tY6x0Zr9QmSdkVbWq_3LpA"
S = "Hh2bN8sQwErT5yUiOpAsDfGhJkLzXcV9"

LABELS = [
    "Konto-ID | Client-ID | Client-Geheimnis",
    "Konto-ID | Kunden-ID | Kundengeheimnis",
    "Account-ID | Client-ID | Geheimer Clientschlüssel",
    "Kontokennung | Client-Kennung | Clientschlüssel",
    "Konto ID | Client ID | Client-Schluessel",
    "ID de compte | ID client | Secret client",
    "ID du compte | ID du client | Secret du client",
    "Identifiant du compte | Identifiant client | Clé secrète du client",
    "Identifiant de compte | Identifiant du client | Code secret client",
    "ID de la cuenta | ID del cliente | Secreto del cliente",
    "ID de cuenta | ID de cliente | Secreto de cliente",
    "Identificador de la cuenta | Identificador del cliente | Clave secreta del cliente",
    "ID da conta | ID do cliente | Segredo do cliente",
    "Identificador da conta | Identificador do cliente | Chave secreta do cliente",
    "ID account | ID client | Segreto client",
    "アカウントID | クライアントID | クライアントシークレット",
    "アカウント ID | クライアント ID | クライアント シークレット",
    "アカウントID | クライアントID | クライアントの秘密",
    "账户 ID | 客户端 ID | 客户端密钥",
    "帐号ID | 客户端ID | 客户端密码",
    "账号ID | 客户ID | 客户端机密",
    "帳戶 ID | 用戶端 ID | 用戶端密碼",
    "帳號ID | 客戶端ID | 客戶端密鑰",
    "계정 ID | 클라이언트 ID | 클라이언트 시크릿",
    "계정 아이디 | 클라이언트 아이디 | 클라이언트 비밀번호",
    "계정ID | 클라이언트ID | 클라이언트 보안 비밀",
    "Ａｃｃｏｕｎｔ　ＩＤ | Ｃｌｉｅｎｔ　ＩＤ | Ｃｌｉｅｎｔ　Ｓｅｃｒｅｔ",
]  # fmt: skip
LAYOUTS = {
    "stacked": "{0}\n{A}\n\n{1}\n{C}\n\n{2}\n{S}\n",
    "colons": "{0}: {A}\n{1}: {C}\n{2}: {S}",
    "full-width colons": "{0}：{A}\n{1}：{C}\n{2}：{S}",
    "French colons": "{0}\u00a0: {A}\n{1}\u00a0: {C}\n{2}\u00a0: {S}",
    "table": "{0}\t{1}\t{2}\n{A}\t{C}\t{S}",
    "one line": "{0} {A} {1} {C} {2} {S}",
    "quoted in a mail": "> {0}: {A}\n> {1}: {C}\n> {2}: {S}",
    "list": "- **{0}**: `{A}`\n- **{1}**: `{C}`\n- **{2}**: `{S}`",
    "brackets": "「{0}」：{A}、「{1}」：{C}、「{2}」：{S}。",
}


def values(pasted: Pasted) -> tuple[str | None, str | None, str | None]:
    secret = pasted.client_secret.reveal() if pasted.client_secret else None
    return pasted.account_id, pasted.client_id, secret


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
@pytest.mark.parametrize("labels", LABELS)
def test_labels_in_other_languages(labels: str, layout: str) -> None:
    pasted = parse_credentials_block(layout.format(*labels.split(" | "), A=A, C=C, S=S))
    assert values(pasted) == (A, C, S)
    assert pasted.warnings == ()


@pytest.mark.parametrize("labels", LABELS)
def test_labels_without_accents_or_decomposed(labels: str) -> None:
    text = LAYOUTS["colons"].format(*labels.split(" | "), A=A, C=C, S=S)
    assert values(parse_credentials_block(unicodedata.normalize("NFD", text))) == (A, C, S)
    if text.isascii() or max(text) < "\u0250":
        bare = "".join(one for one in unicodedata.normalize("NFD", text) if unicodedata.category(one) != "Mn")
        assert values(parse_credentials_block(bare)) == (A, C, S)


@pytest.mark.parametrize(
    "label",
    ["Geheimes Token", "Verifizierungstoken", "Jeton secret", "Jeton de vérification", "Token secreto",
     "Token de verificación", "Token de verificação", "シークレットトークン", "検証トークン", "机密令牌", "验证令牌",
     "시크릿 토큰", "확인 토큰"],
)  # fmt: skip
def test_webhook_tokens_in_other_languages_are_never_the_secret(label: str) -> None:
    pasted = parse_credentials_block(f"Konto-ID: {A}\nClient-ID: {C}\n{label}: WvUtSrQpOnMlKjIhGfEdC1")
    assert values(pasted) == (A, C, None)
    assert "webhooks" in pasted.warnings[0]


def test_a_value_under_an_unknown_label_is_not_said_to_be_missing() -> None:
    pasted = parse_credentials_block(f"Identyfikator konta: {A}\nClient ID: {C}\nClient Secret: {S}")
    assert values(pasted) == (None, C, S)
    assert "Server-to-Server" not in " ".join(pasted.warnings)
    assert "by hand" in pasted.warnings[0]
    given_up = parse_credentials_block(f"Account ID: \nClient ID: {C}\nClient Secret: {S}")
    assert "Server-to-Server" not in " ".join(given_up.warnings)


def quoted_printable(text: str, width: int) -> str:
    """As the source of a mail has it; lines as long as `width`, broken anywhere."""
    lines = []
    for line in text.split("\n"):
        pieces = [
            one if one.isascii() and one != "=" else "".join(f"={byte:02X}" for byte in one.encode()) for one in line
        ]
        pieces = [piece for one in pieces for piece in re.findall(r"=..|.", one)]
        rows = [pieces[start : start + width] for start in range(0, len(pieces), width)]
        lines.append("=\n".join("".join(row) for row in rows))
    return "\n".join(lines)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("width", [76, 40, 25, 21, 17])
@pytest.mark.parametrize(
    "text",
    [
        f"ZOOM_ACCOUNT_ID={A}\nZOOM_CLIENT_ID={C}\nZOOM_CLIENT_SECRET={S}",
        f"Account ID = {A}\nClient ID = {C}\nClient secret = {S}",
        f"Clé secrète du client : {S}\nIdentifiant du client : {C}\nID du compte : {A}",
        f"アカウントID：{A}\nクライアントID：{C}\nクライアントシークレット：{S}",
    ],
)
def test_the_source_of_a_mail(text: str, width: int, end: str) -> None:
    assert values(parse_credentials_block(quoted_printable(text, width).replace("\n", end))) == (A, C, S)


def test_soft_breaks_alone() -> None:
    text = f"Account ID: {A[:20]}=\n{A[20:]}\nClient ID: {C}\nClient Secret: {S[:9]}=\n{S[9:]}"
    assert values(parse_credentials_block(text)) == (A, C, S)


def test_values_that_begin_like_quoting_stay_as_they_are() -> None:
    account, secret = "3D" + A[2:], "3D" + S[2:]
    text = f"ZOOM_ACCOUNT_ID={account}\nZOOM_CLIENT_SECRET={secret}\n"
    assert values(parse_credentials_block(text)) == (account, None, secret)
    hexadecimal = "A0" + A[2:]
    assert values(parse_credentials_block(f"ZOOM_ACCOUNT_ID={hexadecimal}"))[0] == hexadecimal
    assert values(parse_credentials_block(f"CLIENT_SECRET=\n{S}"))[2] == S


@pytest.mark.parametrize("at", range(1, 32))
@pytest.mark.parametrize(
    "layout",
    [
        "Account ID: {A}\nClient ID: {C}\nClient Secret: {one}\n{two}",
        "Account ID: {A}\nClient ID: {C}\nClient Secret:\n{one}\n{two}\nCopy\nRegenerate",
        "Client Secret\n  {one}\n  {two}\nAccount ID\n{A}\nClient ID\n{C}",
        "> Client Secret: {one}\n> {two}\n> Account ID: {A}\n> Client ID: {C}",
        "Account ID\nClient ID\nClient Secret\n{A}\n{C}\n{one}\n{two}",
        "Client-Geheimnis：{one}\n{two}\nKonto-ID：{A}\nClient-ID：{C}",
        '{{"client_secret": "{one}\n{two}", "account_id": "{A}", "client_id": "{C}"}}',
    ],
)
def test_a_secret_over_two_lines_is_never_taken_by_half(layout: str, at: int) -> None:
    pasted = parse_credentials_block(layout.format(A=A, C=C, one=S[:at], two=S[at:]))
    assert values(pasted) == (A, C, S)


def test_an_id_over_two_lines_and_a_secret_over_three() -> None:
    text = f"Account ID: {A[:11]}\n{A[11:]}\nClient ID\n{C[:3]}\n{C[3:]}\nClient Secret: {S[:10]}\n{S[10:20]}\n{S[20:]}"
    assert values(parse_credentials_block(text)) == (A, C, S)


def test_halves_before_their_labels_are_not_mixed_up() -> None:
    text = f"{A}\nAccount ID\n{C}\nClient ID\n{S[:12]}\n{S[12:]}\nClient Secret"
    assert values(parse_credentials_block(text)) == (A, C, S)
    unclear = parse_credentials_block(f"{A}\nAccount ID\n{C}\nClient ID\n{S[:12]}\n{S[12:30]}\nClient Secret")
    assert values(unclear) == (None, None, None)
    assert "one by one" in unclear.warnings[0]


@pytest.mark.parametrize("longer", [S + "Zz8Yy7Xx", S[:29]])
def test_a_wrapped_secret_of_another_length_is_left_out_and_said(longer: str) -> None:
    pasted = parse_credentials_block(f"Account ID: {A}\nClient ID: {C}\nClient Secret: {longer[:17]}\n{longer[17:]}")
    assert values(pasted) == (A, C, None)
    assert "wrapped" in pasted.warnings[0]
    assert not any(longer[:17] in warning for warning in pasted.warnings)


def test_half_a_secret_that_is_all_there_is_comes_with_a_warning() -> None:
    pasted = parse_credentials_block(f"Account ID: {A}\nClient ID: {C}\nClient Secret: {S[:16]}")
    assert "16 characters" in pasted.warnings[0]


def test_a_long_secret_on_one_line_is_taken() -> None:
    longer = S + "Zz8Yy7Xx"
    assert values(parse_credentials_block(f"Client Secret: {longer}\nActivated"))[2] == longer


FRAGMENT = st.integers(1, 31)


@given(FRAGMENT, st.sampled_from(["\n", "\n\n", "\r\n", " \n  ", "\n> "]), st.sampled_from([": ", "\n", " = ", "："]))
def test_any_break_gives_the_whole_or_a_word(at: int, gap: str, joint: str) -> None:
    pasted = parse_credentials_block(f"Client ID: {C}\nClient Secret{joint}{S[:at]}{gap}{S[at:]}\nAccount ID: {A}")
    assert values(pasted) == (A, C, S) or (values(pasted)[2] is None and pasted.warnings)


@pytest.mark.parametrize(
    "piece",
    ["client ", "id de la ", "=\n", "=3D", "a=\n", "&#", "é", "geheimer ", "Client Secret\nab\n", "クライアント"],
)
def test_long_pastes_come_to_an_end(piece: str) -> None:
    for text in (piece * 3000, piece.strip() + " " * 20_000 + piece):
        assert parse_credentials_block(text).client_secret is None


def test_every_pair_of_languages_may_be_mixed() -> None:
    for one, other in itertools.islice(itertools.permutations(LABELS, 2), 0, None, 7):
        first, second = one.split(" | "), other.split(" | ")
        text = f"{first[0]}: {A}\n{second[1]}: {C}\n{first[2]}: {S}"
        assert values(parse_credentials_block(text)) == (A, C, S)
