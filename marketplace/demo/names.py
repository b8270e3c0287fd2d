"""Fictional firms: places of novels and myths that no register has, with codes of a district (320499) that does not exist."""

from dataclasses import dataclass

from marketplace.core.typed.identifiers import with_check_digits

#: Place of a novel or myth, and its pinyin.
PLACES = (
    ("乌有", "Wuyou"), ("子虚", "Zixu"), ("海市", "Haishi"), ("蜃楼", "Shenlou"), ("姑射", "Guye"), ("灵河", "Linghe"),
    ("大荒山", "Dahuangshan"), ("青埂", "Qinggeng"), ("赤瑕", "Chixia"), ("迷津", "Mijin"), ("离恨天", "Lihentian"),
    ("华胥", "Huaxu"), ("南柯", "Nanke"), ("蓬壶", "Penghu"), ("无何有", "Wuheyou"), ("烂柯", "Lanke"), ("槐安", "Huai'an"),
    ("灌愁海", "Guanchouhai"), ("员峤", "Yuanqiao"), ("岱舆", "Daiyu"), ("归墟", "Guixu"), ("若木", "Ruomu"), ("建木", "Jianmu"),
    ("扶桑树", "Fusangshu"), ("玄圃", "Xuanpu"), ("阆风", "Langfeng"), ("沃野", "Woye"), ("丹穴", "Danxue"), ("青丘", "Qingqiu"),
    ("招摇", "Zhaoyao"), ("堂庭", "Tangting"), ("箕尾", "Jiwei"), ("柜山", "Guishan"), ("尧光", "Yaoguang"), ("浮玉", "Fuyu"),
    ("羽山", "Yushan"), ("瞿父", "Qufu"), ("句余", "Gouyu"), ("洵山", "Xunshan"), ("虖勺", "Hushao"), ("区吴", "Quwu"),
    ("鹿吴", "Luwu"), ("漆吴", "Qiwu"), ("天虞", "Tianyu"), ("祷过", "Daoguo"), ("发爽", "Fashuang"), ("旄山", "Maoshan"),
    ("非山", "Feishan"), ("阳夹", "Yangjia"), ("灌湘", "Guanxiang"), ("鸡山", "Jishan"), ("令丘", "Lingqiu"), ("仑者", "Lunzhe"),
    ("禺稿", "Yugao"), ("南禺", "Nanyu"), ("松果", "Songguo"), ("符禺", "Fuyuu"), ("英山", "Yingshan"), ("竹山", "Zhushan"),
    ("浮山", "Fushan"), ("羭次", "Yuci"), ("时山", "Shishan"), ("天帝", "Tiandi"), ("皋涂", "Gaotu"),
)  # fmt: skip
SURNAMES = "周李吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛"
STREETS = ("通江路", "龙锦路", "晋陵路", "太湖路", "飞龙路", "长虹路", "华山路", "汉江路")


@dataclass(frozen=True)
class Trade:
    """What a kind of intermediary does, and which services it offers."""

    code: str
    zh: str
    en: str
    items: tuple[str, ...]
    licence: str


TRADES = (
    Trade("environment", "环保咨询", "Environmental Consulting", ("HB-001", "HB-002", "HB-005", "HB-006", "HB-007", "HB-008"), "环境影响评价工程师"),
    Trade(
        "water", "水土技术", "Water and Soil Technology",
        ("SL-001", "SL-002", "SL-003", "SL-004", "SL-005", "SL-006", "LY-001"), "水土保持方案编制人员",
    ),
    Trade("surveying", "测绘", "Surveying", ("ZG-001", "ZG-007", "ZG-008", "ZG-009", "ZG-005", "ZG-010", "ZG-011"), "注册测绘师"),
    Trade("design", "建筑设计", "Architectural Design", ("ZJ-002", "ZJ-003", "ZG-005"), "一级注册建筑师"),
    Trade("supervision", "工程监理", "Construction Supervision", ("ZJ-008", "RF-002"), "注册监理工程师"),
    Trade("consulting", "工程咨询", "Engineering Consulting", ("FZ-001", "FZ-002", "FZ-003", "FZ-005", "FZ-006", "FZ-004", "FZ-007"), "咨询工程师（投资）"),
    Trade("geology", "勘察", "Geotechnical", ("ZJ-001", "ZG-002", "ZG-003", "DZ-001"), "注册土木工程师（岩土）"),
    Trade("cost", "造价咨询", "Cost Consulting", ("ZJ-009", "ZJ-005", "ZJ-006", "ZJ-007"), "一级造价工程师"),
    Trade("testing", "检测", "Testing", ("ZJ-010", "ZJ-011", "ZJ-012", "QX-001", "HB-005", "ZJ-013"), "检测工程师"),
    Trade("safety", "安全职业卫生", "Safety and Occupational Health", ("YJ-001", "YJ-002", "WJ-001"), "安全评价师"),
    Trade("traffic", "交通规划", "Traffic Planning", ("ZG-006", "JT-001", "JT-002", "JT-003"), "注册城乡规划师"),
    Trade("review", "图审", "Drawing Review", ("ZJ-004", "HB-003", "HB-004", "FZ-004"), "施工图审查人员"),
    Trade("valuation", "评估审计", "Valuation and Audit", ("CZ-001", "CZ-002", "ZG-004"), "资产评估师"),
)  # fmt: skip
BUSINESSES = (
    ("新材料", "New Materials"), ("电子科技", "Electronics"), ("智能装备", "Intelligent Equipment"), ("食品", "Foods"),
    ("冷链物流", "Cold Chain"), ("置业", "Property"), ("生物医药", "Biopharma"), ("汽车零部件", "Auto Parts"), ("纺织", "Textiles"),
    ("新能源", "New Energy"),
)  # fmt: skip


def uscc(number: int, *, kind: str) -> str:
    """A valid code of a firm that does not exist; `kind` keeps enterprises and intermediaries apart."""
    return with_check_digits(f"91320499MA{'1' if kind == 'enterprise' else '2'}{number:05d}")


def person(number: int) -> str:
    return f"{SURNAMES[number % len(SURNAMES)]}某"


def intermediary(number: int) -> tuple[str, str, Trade]:
    """Name, English name and trade of the nth intermediary."""
    place, pinyin = PLACES[number % len(PLACES)]
    trade = TRADES[number % len(TRADES)]
    city, city_en = ("江苏", "Jiangsu") if number % 4 == 1 else ("常州", "Changzhou")
    suffix = "" if number < len(PLACES) else f"{number // len(PLACES)}分公司"
    return f"{city}{place}{trade.zh}有限公司{suffix}", f"{city_en} {pinyin} {trade.en} Co., Ltd.", trade


def enterprise(number: int) -> tuple[str, str]:
    """Name and English name of the nth enterprise."""
    place, pinyin = PLACES[(number * 7 + 2) % len(PLACES)]
    business, business_en = BUSINESSES[number % len(BUSINESSES)]
    return f"常州{place}{business}有限公司", f"Changzhou {pinyin} {business_en} Co., Ltd."
