"""Names of people, companies, groups and roles; people's in several scripts, with an ASCII spelling for addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Culture:
    """Names of one language, each as (name as written, ASCII spelling)."""

    language: str
    """As Zoom writes a user's language, e.g. `en-US`."""
    timezone: str
    country: str
    dial: str
    weight: int
    given: tuple[tuple[str, str], ...]
    family: tuple[tuple[str, str], ...]
    family_first: bool = False
    joiner: str = " "
    """Between the two names in a display name."""


def _pool(text: str) -> tuple[tuple[str, str], ...]:
    """`Zoë=zoe Adam` -> (("Zoë", "zoe"), ("Adam", "adam")); `_` stands for a space."""
    pairs = (word.partition("=") for word in text.split())
    return tuple((native.replace("_", " "), ascii_name or native.lower()) for native, _, ascii_name in pairs)


CULTURES: Final[tuple[Culture, ...]] = (
    Culture(
        "en-US",
        "America/New_York",
        "US",
        "+1",
        26,
        _pool(
            "Ada Grace Olivia Ethan Noah Harper Mason Chloe Dylan Ruby Wesley Maya Theodore Joan Marcus Tessa Felix "
            "Naomi Grant Ivy Desmond Phoebe Curtis Lydia"
        ),
        _pool(
            "Osei Carter Whitfield O'Brien=obrien Nakamura-Reed=nakamura-reed Brooks Delgado Hawthorne Kim Patel "
            "Sinclair Underwood Vance Mbeki Larkin Fairchild Redmond Quigley Abbott Tran"
        ),
    ),
    Culture(
        "de-DE",
        "Europe/Berlin",
        "DE",
        "+49",
        10,
        _pool(
            "Jürgen=juergen Käthe=kaethe Björn=bjoern Lena Matthias Sören=soeren Anneliese Heiko Grit Uwe Jörg=joerg "
            "Friederike Bärbel=baerbel Till"
        ),
        _pool(
            "Müller=mueller Groß=gross Schönfeld=schoenfeld Weiß=weiss Jäger=jaeger Brandt Köhler=koehler Vogel "
            "von_Hößlin=von-hoesslin Krüger=krueger Lindner Böhm=boehm"
        ),
    ),
    Culture(
        "fr-FR",
        "Europe/Paris",
        "FR",
        "+33",
        7,
        _pool(
            "Zoë=zoe François=francois Hélène=helene Anaïs=anais Rémi=remi Gaëlle=gaelle Étienne=etienne Margaux "
            "Loïc=loic Noémie=noemie Thibault Océane=oceane"
        ),
        _pool(
            "Lefèvre=lefevre Besançon=besancon Noël=noel Dupré=dupre Garçon=garcon D'Hauteville=dhauteville Mercier "
            "Pénicaud=penicaud Rousseau Çelik=celik Guérin=guerin Maillard"
        ),
    ),
    Culture(
        "es-ES",
        "Europe/Madrid",
        "ES",
        "+34",
        7,
        _pool(
            "José=jose Begoña=begona Íñigo=inigo Lucía=lucia Joaquín=joaquin Inés=ines Andrés=andres Pilar "
            "Martín=martin Ainhoa Raúl=raul Sofía=sofia"
        ),
        _pool(
            "Núñez=nunez Muñoz=munoz García=garcia Ibáñez=ibanez Peña=pena Castaño=castano Ortega Lázaro=lazaro Vidal "
            "Echeverría=echeverria Cuñado=cunado Rey"
        ),
    ),
    Culture(
        "pt-PT",
        "America/Sao_Paulo",
        "BR",
        "+55",
        5,
        _pool(
            "João=joao Conceição=conceicao Thaís=thais Luís=luis Antônia=antonia Caio Débora=debora Márcio=marcio "
            "Beatriz Vinícius=vinicius"
        ),
        _pool(
            "Gonçalves=goncalves Magalhães=magalhaes Araújo=araujo Conceição=conceicao Simões=simoes Falcão=falcao "
            "Teixeira Queirós=queiros Brandão=brandao Lobo"
        ),
    ),
    Culture(
        "en-US",
        "Europe/Stockholm",
        "SE",
        "+46",
        4,
        _pool(
            "Åsa=asa Øyvind=oyvind Søren=soren Þóra=thora Mikko Ásdís=asdis Bjørn=bjorn Göran=goran Päivi=paivi Astrid"
        ),
        _pool(
            "Ångström=angstrom Sørensen=sorensen Jónsdóttir=jonsdottir Mäkinen=makinen Øverland=overland Lindqvist "
            "Hämäläinen=hamalainen Nygård=nygard Dahl Guðmundsson=gudmundsson"
        ),
    ),
    Culture(
        "pl-PL",
        "Europe/Warsaw",
        "PL",
        "+48",
        5,
        _pool(
            "Łukasz=lukasz Małgorzata=malgorzata Żaneta=zaneta Stanisław=stanislaw Jiří=jiri Zdeňka=zdenka Ágnes=agnes "
            "Șerban=serban Grażyna=grazyna Ondřej=ondrej"
        ),
        _pool(
            "Wójcik=wojcik Dvořák=dvorak Kovács=kovacs Błaszczyk=blaszczyk Šťastný=stastny Ionescu Szűcs=szucs "
            "Gąsiorowski=gasiorowski Černý=cerny Radu"
        ),
    ),
    Culture(
        "tr-TR",
        "Europe/Istanbul",
        "TR",
        "+90",
        3,
        _pool("Gülşen=gulsen İbrahim=ibrahim Çağla=cagla Özgür=ozgur Ayşe=ayse Işıl=isil Oğuz=oguz Şebnem=sebnem"),
        _pool("Yıldız=yildiz Öztürk=ozturk Şahin=sahin Çetin=cetin Güneş=gunes Doğan=dogan İnönü=inonu Kılıç=kilic"),
    ),
    Culture(
        "vi-VN",
        "Asia/Ho_Chi_Minh",
        "VN",
        "+84",
        3,
        _pool("Hương=huong Đức=duc Thảo=thao Việt=viet Phượng=phuong Quỳnh=quynh Tuấn=tuan Ngọc=ngoc"),
        _pool("Nguyễn=nguyen Trần=tran Phạm=pham Huỳnh=huynh Đặng=dang Võ=vo Bùi=bui Lý=ly"),
        family_first=True,
    ),
    Culture(
        "en-US",
        "Europe/Athens",
        "GR",
        "+30",
        2,
        _pool("Ελένη=eleni Γιώργος=giorgos Χρύσα=chrysa Νίκος=nikos Αθηνά=athina Σπύρος=spyros"),
        _pool(
            "Παπαδόπουλος=papadopoulos Οικονόμου=oikonomou Γεωργίου=georgiou Καραγιάννης=karagiannis Βλάχος=vlachos "
            "Αγγελή=angeli"
        ),
    ),
    Culture(
        "ru-RU",
        "Europe/Sofia",
        "BG",
        "+359",
        5,
        _pool(
            "Анна=anna Дмитрий=dmitry Олександра=oleksandra Їжак=yizhak Светлана=svetlana Борис=boris Ґалина=galyna "
            "Юлия=yulia Тарас=taras Желязка=zhelyazka"
        ),
        _pool(
            "Иванова=ivanova Шевченко=shevchenko Кузнецов=kuznetsov Щербак=shcherbak Цветкова=tsvetkova "
            "Їжакевич=yizhakevych Воробьёв=vorobyov Ковальчук=kovalchuk Петков=petkov Юсупов=yusupov"
        ),
    ),
    Culture(
        "en-US",
        "Asia/Dubai",
        "AE",
        "+971",
        5,
        _pool(
            "محمد=mohammed فاطمة=fatima خالد=khalid ليلى=layla يوسف=yousef نور=noor عبد_الله=abdullah مريم=maryam "
            "طارق=tariq هالة=hala"
        ),
        _pool(
            "الحداد=alhaddad المنصوري=almansoori خليل=khalil النجار=alnajjar بن_سعيد=binsaeed الشامي=alshami "
            "قاسم=qasim حمدان=hamdan"
        ),
    ),
    Culture(
        "en-US",
        "Asia/Jerusalem",
        "IL",
        "+972",
        3,
        _pool("נועה=noa יוסי=yossi שירה=shira איתן=eitan תמר=tamar אורי=uri מיכל=michal גיל=gil"),
        _pool("כהן=cohen לוי=levi מזרחי=mizrahi בן_דוד=bendavid פרידמן=friedman אשכנזי=ashkenazi שפירא=shapira"),
    ),
    Culture(
        "en-US",
        "Asia/Kolkata",
        "IN",
        "+91",
        6,
        _pool(
            "आरव=aarav प्रिया=priya अनन्या=ananya विक्रम=vikram दीपिका=deepika রাহুল=rahul மீனா=meena सुनीता=sunita "
            "तन्मय=tanmay কবিতা=kabita"
        ),
        _pool(
            "शर्मा=sharma गुप्ता=gupta অধিকারী=adhikari सिंह=singh राजन=rajan पाटील=patil चौधरी=choudhary "
            "வேலு=velu मिश्रा=mishra दास=das"
        ),
    ),
    Culture(
        "en-US",
        "Asia/Bangkok",
        "TH",
        "+66",
        2,
        _pool("สมชาย=somchai กนกวรรณ=kanokwan ณัฐพล=natthaphon วิภาดา=wiphada ธีระ=thira อรุณี=arunee"),
        _pool("ศรีสุข=srisuk วงศ์ใหญ่=wongyai จันทร์ดี=chandee ทองคำ=thongkham บุญมี=bunmee"),
    ),
    Culture(
        "zh-CN",
        "Asia/Shanghai",
        "CN",
        "+86",
        7,
        _pool(
            "伟=wei 秀英=xiuying 子轩=zixuan 雨欣=yuxin 建国=jianguo 晓明=xiaoming 思远=siyuan 美玲=meiling "
            "志強=zhiqiang 靜怡=jingyi 浩然=haoran 若曦=ruoxi"
        ),
        _pool("王=wang 李=li 張=zhang 刘=liu 陳=chen 欧阳=ouyang 赵=zhao 黄=huang 周=zhou 吴=wu 徐=xu 司马=sima"),
        family_first=True,
        joiner="",
    ),
    Culture(
        "jp-JP",
        "Asia/Tokyo",
        "JP",
        "+81",
        6,
        _pool(
            "さくら=sakura 健太=kenta 美咲=misaki 大輔=daisuke ひなた=hinata 翔=sho 陽子=yoko 蓮=ren "
            "ユウキ=yuki 千尋=chihiro"
        ),
        _pool(
            "佐藤=sato 鈴木=suzuki 髙橋=takahashi 田中=tanaka 渡邊=watanabe 伊藤=ito 山本=yamamoto "
            "小林=kobayashi 齋藤=saito 五十嵐=igarashi"
        ),
        family_first=True,
    ),
    Culture(
        "ko-KO",
        "Asia/Seoul",
        "KR",
        "+82",
        4,
        _pool("민준=minjun 서연=seoyeon 지호=jiho 하은=haeun 도윤=doyun 수빈=subin 예준=yejun 지민=jimin"),
        _pool("김=kim 이=lee 박=park 최=choi 정=jung 강=kang 남궁=namgung 윤=yoon"),
        family_first=True,
        joiner="",
    ),
)

HOSTILE: Final[tuple[tuple[str, str], ...]] = (
    ("[/]", "[bold red]"),
    ("[@click=app.quit]", "click[/]"),
    ("\x1b[31mRed\x1b[0m", "\x1b]0;owned\x07"),
    ("\x1b[2J\x1b[H", "Cleared"),
    ("\u202egnp.exe", "Bidi\u202d\u2066"),
    ('=HYPERLINK("http://x.example","go")', "+1+1"),
    ("@SUM(A1:A9)", "-2+3|cmd"),
    ("Tab\tand", "Line\nbreak\r"),
    ("Nul\x00", "Bell\x07\x08"),
    ("A" * 300, "Ω" * 300),
    ("👩‍👩‍👧‍👦", "🏳️‍🌈" * 12),
    ("Z̷̡͓a̸l̵g̶o̴" * 8, "e\u0301" * 20),
    ("\u200b\u200b", "\ufeff"),
    ("Robert'); DROP TABLE users;--", '"quoted"'),
    ("<script>alert(1)</script>", "&amp;"),
    ("%s %d {0} $HOME `id`", "\\N{BULLET}"),
)
"""First and last names meant to break screens, spreadsheets, terminals and queries."""

DEPARTMENTS: Final = (
    "Engineering", "Finance", "Sales", "Marketing", "Customer Support", "Human Resources", "Legal", "IT",
    "Operations", "Research", "Security", "Facilities", "Design", "Procurement", "Data & Analytics", "Executive Office",
)  # fmt: skip

PLACES: Final = (
    "Berlin", "Boston", "São Paulo", "Tokyo", "Seoul", "Warsaw", "Paris", "Madrid", "Dubai", "Tel Aviv", "Bengaluru",
    "Singapore", "Austin", "Toronto", "Stockholm", "Sydney", "Nairobi", "Sofia",
)  # fmt: skip

GROUP_KINDS: Final = (
    "", "Leads", "Webinar hosts", "Contractors", "Large meetings", "Recording off", "New joiners", "External calls",
    "Phone pilot", "Auditors", "On call", "Events crew",
)  # fmt: skip

CONTACT_KINDS: Final = (
    "Leaders", "First responders", "Board", "Emergency contacts", "Assistants", "Reception", "Works council",
    "Site managers", "Crisis team", "Project Aurora", "Mentors", "Partners desk",
)  # fmt: skip

ROLE_NAMES: Final = (
    ("Helpdesk", "Resets and first help"),
    ("Billing", "Invoices and seats"),
    ("Compliance auditor", "Reads, never writes"),
    ("Group manager", "Looks after the people of some groups"),
    ("Recording keeper", ""),
    ("Events", "Webinars and large meetings"),
    ("Rooms technician", "Zoom Rooms and signage"),
    ("HR onboarding", "Invites and leavers"),
    ("Security operations", ""),
    ("Chat moderator", "Team Chat rules"),
    ("Reporting", "Dashboards"),
    ("Branding", ""),
)

COMPANIES: Final = (
    "Lumen Harbor", "Northwind Atlas", "Copperfield Bio", "Meridian Freight", "Juniper Vale", "Silverlake Energy",
    "Orchard & Tide", "Kestrel Works",
)  # fmt: skip
