"""Words that made-up companies and payment lines consist of, in two vocabularies that share little."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Vocabulary:
    """What names, documents and narratives of a style are made of."""

    characters: str
    cities: tuple[tuple[str, str], ...]
    trades: tuple[tuple[str, str], ...]
    forms: tuple[str, ...]
    shops: tuple[str, ...]
    surnames: str
    given: str
    brands: tuple[str, ...]
    fields: tuple[str, ...]
    endings: tuple[str, ...]
    people: tuple[str, ...]
    doc_formats: tuple[str, ...]
    credit_formats: tuple[str, ...]
    order_formats: tuple[str, ...]
    plain_zh: tuple[str, ...]
    plain_en: tuple[str, ...]
    with_zh: tuple[str, ...]
    with_en: tuple[str, ...]
    for_zh: tuple[str, ...]
    for_en: tuple[str, ...]
    noise: tuple[tuple[str, str], ...]


HOME = Vocabulary(
    characters="华信宏达鑫盛恒泰远东瑞丰永昌金泽博雅天成嘉禾中科创联海润立新凯美德诚安顺通利宝隆星辰锦绣龙腾飞跃",
    cities=(
        ("上海", "SHANGHAI"),
        ("北京", "BEIJING"),
        ("深圳", "SHENZHEN"),
        ("广州", "GUANGZHOU"),
        ("苏州", "SUZHOU"),
        ("杭州", "HANGZHOU"),
        ("重庆", "CHONGQING"),
        ("厦门", "XIAMEN"),
        ("天津", "TIANJIN"),
        ("成都", "CHENGDU"),
    ),
    trades=(
        ("科技", "TECHNOLOGY"),
        ("贸易", "TRADING"),
        ("电子", "ELECTRONICS"),
        ("机械设备", "MACHINERY"),
        ("实业", "INDUSTRY"),
        ("物流", "LOGISTICS"),
        ("食品", "FOODS"),
        ("建材", "BUILDING MATERIALS"),
        ("医疗器械", "MEDICAL"),
        ("化工", "CHEMICALS"),
        ("信息技术", "INFORMATION TECHNOLOGY"),
    ),
    forms=("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司"),
    shops=("五金店", "商行", "经营部", "百货商店", "便利店", "建材门市部"),
    surnames="王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗",
    given="伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英建国文辉力",
    brands=(
        "Northwind",
        "Bluepeak",
        "Harbor",
        "Redwood",
        "Silverline",
        "Orion",
        "Kestrel",
        "Granite",
        "Vertex",
        "Maple",
        "Aldera",
        "Bertram",
        "Calloway",
        "Dunmore",
        "Everly",
        "Fenwick",
        "Galloway",
        "Hartwell",
        "Ironside",
        "Juniper",
    ),
    fields=(
        "Foods",
        "Industries",
        "Logistics",
        "Components",
        "Textiles",
        "Systems",
        "Supplies",
        "Instruments",
    ),
    endings=("Ltd", "Inc.", "LLC", "GmbH", "Co., Ltd.", "Corp.", "S.A.", "PLC"),
    people=(
        "Anna Keller",
        "John Marsh",
        "Maria Lopez",
        "Peter Novak",
        "Lucy Grant",
        "Omar Haddad",
        "Erik Lund",
    ),
    doc_formats=("INV-{y}-{n:05d}",),
    credit_formats=("CN-{y}-{n:05d}",),
    order_formats=("PO-{y}-{n:04d}", "HT{y}{n:05d}"),
    plain_zh=(
        "货款",
        "转账",
        "往来款",
        "对公转账 用途:货款",
        "货款 {month}月",
        "用途:往来款 回单号{noise}",
        "BEPS{noise} 货款",
        "",
    ),
    plain_en=(
        "payment",
        "PAYMENT FOR GOODS",
        "/RFB/{noise}",
        "transfer {month}",
        "invoice payment tel {phone}",
        "",
    ),
    with_zh=(
        "货款 {refs}",
        "{refs}",
        "付{refs}货款",
        "对公转账 用途:{refs}",
        "附言:{refs} 回单号{noise}",
        "转账 发票{refs} 电话{phone}",
        "{refs} 货款{amount}元",
        "BEPS{noise} {refs}",
        "支付{month}月货款 {refs}",
    ),
    with_en=(
        "/INV/{refs}",
        "payment of {refs}",
        "/RFB/{refs}",
        "Invoice {refs} thank you",
        "/ROC/{noise} {refs}",
        "inv {refs}",
        "re: {refs} tel {phone}",
        "{refs}",
    ),
    for_zh=("代{name}付货款", "代{name}支付 ", "代付 {name}"),
    for_en=("on behalf of {name}", "for {name}"),
    noise=(
        ("中国银行", "结息 利息"),
        ("国家金库", "增值税退税"),
        ("{person}", "退款"),
        ("{firm}", "投标保证金"),
        ("{firm}", "履约保证金 合同{n}"),
        ("Deutsche Bank", "INTEREST Q{q}"),
        ("{firm}", "refund of deposit"),
        ("{firm}", "采购退款"),
        ("{person}", "备用金归还"),
        ("社保中心", "稳岗补贴"),
    ),
)

AWAY = Vocabulary(
    characters="佳兴亿旺富源康健明珠万方同济世纪光辉振邦启航云帆卓越鼎尚品优智汇蓝图绿洲君悦百川清源志和聚能",
    cities=(
        ("南京", "NANJING"),
        ("武汉", "WUHAN"),
        ("宁波", "NINGBO"),
        ("青岛", "QINGDAO"),
        ("长沙", "CHANGSHA"),
        ("西安", "XIAN"),
        ("东莞", "DONGGUAN"),
        ("佛山", "FOSHAN"),
        ("合肥", "HEFEI"),
        ("大连", "DALIAN"),
        ("福州", "FUZHOU"),
    ),
    trades=(
        ("网络科技", "NETWORK TECHNOLOGY"),
        ("国际贸易", "INTERNATIONAL TRADE"),
        ("精密仪器", "PRECISION INSTRUMENT"),
        ("汽车零部件", "AUTO PARTS"),
        ("服饰", "GARMENTS"),
        ("新能源", "NEW ENERGY"),
        ("装饰工程", "DECORATION"),
        ("包装材料", "PACKAGING"),
        ("生物制药", "BIOPHARMA"),
        ("农业发展", "AGRICULTURE"),
    ),
    forms=("有限公司", "有限公司", "有限责任公司", "股份公司", "(集团)有限公司", "有限合伙"),
    shops=("文具店", "批发部", "餐饮店", "工作室", "水果行", "服装厂"),
    surnames="许邓冯曾彭蒋蔡潘田董袁于余叶杜苏魏程吕丁",
    given="佳慧俊宇欣怡子涵梓轩志鹏晓燕春花秋月海龙永红卫东秀兰玉梅",
    brands=(
        "Lindqvist",
        "Steinmann",
        "Marchetti",
        "Okafor",
        "Petrova",
        "Yamato",
        "Zephyr",
        "Quantock",
        "Rosenthal",
        "Tavares",
        "Ulmer",
        "Vasquez",
        "Wexford",
        "Brightwater",
        "Cobalt",
        "Dorset",
        "Elmhurst",
        "Foxglove",
        "Hollis",
        "Inverness",
    ),
    fields=(
        "Handels",
        "Maschinenbau",
        "Pharma",
        "Trading",
        "Electric",
        "Marine",
        "Packaging",
        "Optics",
        "Engineering",
    ),
    endings=("GmbH & Co. KG", "AG", "Limited", "Pty Ltd", "S.p.A.", "B.V.", "SARL", "Oy"),
    people=("Helga Braun", "Tom Whitfield", "Aiko Mori", "Luca Conti", "Nadia Rahman", "Sven Dahl"),
    doc_formats=("XS{yy}{mm}{n:05d}", "SI/{y}/{n:06d}", "{y}{n:06d}", "RE{n:07d}"),
    credit_formats=("GS{yy}{mm}{n:05d}", "CM/{y}/{n:06d}"),
    order_formats=("45{n:08d}", "DD{yy}-{n:05d}", "SO.{n:06d}"),
    plain_zh=(
        "付款",
        "款项",
        "网银转账",
        "材料款",
        "采购款项 {month}月份",
        "摘要:付款 流水{noise}",
        "跨行转出",
        "支付款项 {amount}",
    ),
    plain_en=(
        "settlement",
        "trade payment",
        "SEPA {noise}",
        "Zahlung",
        "our payment ref {noise}",
        "wire",
        "",
    ),
    with_zh=(
        "付{refs}",
        "材料款({refs})",
        "摘要:{refs} 流水{noise}",
        "单号{refs}",
        "{refs}结清",
        "采购款 {refs} 联系{phone}",
        "{month}月对账 {refs}",
    ),
    with_en=(
        "Rechnung {refs}",
        "EREF {noise} SVWZ {refs}",
        "settles {refs}",
        "our ref {noise} your ref {refs}",
        "Bill no {refs}",
        "{refs} / {noise}",
    ),
    for_zh=("受{name}委托付款", "代{name}汇款", "({name})代缴"),
    for_en=("o/b/o {name}", "paid for {name}"),
    noise=(
        ("招商银行", "活期存款利息"),
        ("国家税务总局", "出口退税"),
        ("{person}", "退还差旅借款"),
        ("{firm}", "押金"),
        ("{firm}", "标书保证金"),
        ("Commerzbank", "Zinsen {q}"),
        ("{firm}", "returned funds"),
        ("{firm}", "货款退回"),
        ("人力资源局", "培训补贴"),
        ("{person}", "还款"),
    ),
)
