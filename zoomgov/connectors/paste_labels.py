"""Labels of the three credentials, as Zoom's page, browsers that translate it, and people write them.

English, German, French, Spanish, Portuguese, Italian, Japanese, Chinese and Korean. Every gap in a pattern is bounded,
so that matching takes time linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_GAP: Final = r"[ \t_-]{0,8}"
_OF: Final = rf"(?:{_GAP}(?:de|del|della|dell'|du|da|do|di|der|des|d'|l'|la|los|の|的))?{_GAP}(?:la |l'|l’)?"
_NO_OF: Final = rf"{_GAP}(?:の|的)?{_GAP}"

_ACCOUNT: Final = "(?:accounts?|konto|kontos|compte|cuenta|conta|アカウント|[账帐帳賬][户号戶號]|계정)"
_CLIENT: Final = "(?:clients?|clienti?|cliente|kunden|クライアント|[客用][户戶]端?|클라이언트|고객)"
_ID: Final = (
    "(?:ids?|identifiant|identificador|identificativo|identifikator|identifier|identifikation|kennung"
    "|識別子|アイディー|标识符?|標識符?|识别码|識別碼|编号|編號|아이디|식별자)"
)
_SECRET_AFTER: Final = (
    "(?:secrets?|geheimnis|geheimschlussel|schlussel|schluessel|passwort|kennwort|geheimcode"
    "|シークレット(?:キー)?|秘密鍵|秘密キー|秘密情報|機密情報|秘密|機密|パスワード"
    "|密钥|密鑰|密匙|密码|密碼|机密|秘钥|秘鑰|金鑰|私钥|私鑰|시크릿(?: ?키)?"
    "|(?:보안 ?)?비밀 ?번호|(?:보안 ?)?비밀 ?키|(?:보안 ?)?비밀|보안 ?키|암호(?: ?키)?)"
)
_SECRET_BEFORE: Final = (
    "(?:secrete?|secreto|segreto|segredo|geheimnis|geheimer?|(?:cle|code|clave|chave|chiave|codigo|codice)"
    "(?: secrete?| secreta| secreto| segreta| segreto)?|contrasena|senha|mot de passe)"
)
_SECRET_ALONE: Final = "(?:secret|geheim(?:er|es)?|シークレット|秘密|机密|機密|密钥|密鑰|시크릿|비밀|보안 ?비밀)"
_VERIFYING: Final = "(?:verification|verifizierungs?|bestatigungs?|検証|確認|验证|驗證|확인|인증|검증)"
_TOKEN: Final = "(?:token|jeton|トークン|令牌|토큰)"

_LABEL: Final = re.compile(
    r"(?:(?<![a-z0-9\u00c0-\u024f])|(?<=zoom))(?:"
    rf"(?P<account_id>{_ACCOUNT}{_NO_OF}{_ID}|{_ID}{_OF}{_ACCOUNT})"
    rf"|(?P<client_secret>(?:geheimer? )?{_CLIENT}{_NO_OF}{_SECRET_AFTER}"
    rf"|{_SECRET_BEFORE}{_OF}{_CLIENT}(?:schlussel)?(?!{_NO_OF}{_ID}))"
    rf"|(?P<client_id>{_CLIENT}{_NO_OF}{_ID}|{_ID}{_OF}{_CLIENT})"
    rf"|(?P<secret_token>{_SECRET_ALONE}{_GAP}{_TOKEN}"
    rf"|{_TOKEN}{_GAP}(?:secrete?|secreto|segreto))"
    rf"|(?P<verification_token>{_VERIFYING}{_GAP}{_TOKEN}"
    rf"|{_TOKEN}{_OF}(?:verification|verificacion|verificacao|verifica))"
    r")(?![a-z0-9_\u00c0-\u024f-])[\"'`*)\]”’」』】]{0,8}(?P<separator>[ \t]{0,40}(?:=>|->|[:=\u2236\ua789]))?",
    re.IGNORECASE,
)
FIELDS: Final = ("account_id", "client_id", "client_secret", "secret_token", "verification_token")
"""What labels stand for: the three credentials, and two tokens of webhooks that are none of them."""


def labels_in(line: str) -> list[tuple[str, bool, int, int]]:
    """The labels in one line: field, whether a separator follows, start, end."""
    found = []
    for match in _LABEL.finditer(_without_accents(line)):
        name = next(name for name in FIELDS if match[name])
        found.append((name, bool(match["separator"]), match.start(), match.end()))
    return found


def _without_accents(line: str) -> str:
    """The line with accents and umlauts removed, as long as before: labels are found with and without them."""
    if line.isascii():
        return line
    return "".join(_base(character) for character in line)


def _base(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else character


BUTTONS: Final = frozenset(
    """copy copied copied! show hide view reveal regenerate rotate generate edit save continue required optional export
    set kopieren kopiert anzeigen einblenden ausblenden verbergen neu generieren regenerieren bearbeiten speichern
    weiter copier copié afficher masquer voir régénérer regenerer générer modifier enregistrer continuer copiar copiado
    mostrar ocultar ver regenerar generar gerar exibir editar guardar salvar copia mostra nascondi rigenera""".split()  # noqa: SIM905
)
"""Words on buttons of the page, and shell keywords, in lower case. Those in Chinese letters are never values anyhow."""
