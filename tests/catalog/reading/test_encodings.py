import pytest

from catalog.reading.encodings import (
    OF_ZIP_NAMES,
    UnknownEncoding,
    encoding_of,
    first_misfit,
    likeliest,
)

# Short tables, as small shops have them.
TABLES = {
    "cp1251": ["Рубашка льняная\nФутболка синяя", "Платье", "Сукня жіноча\nСорочка лляна", "КУРТКА"],
    "cp1250": ["Koszula lniana żółta\nPłaszcz", "Lněná košile\nDámské šaty", "Bluză roşie", "Ręcznik kąpielowy"],
    "cp932": ["リネンシャツ\n青いTシャツ", "シャツ", "ﾜﾝﾋﾟｰｽ 赤\nｼｬﾂ 青"],
    "euc_jp": ["リネンシャツ\n青いTシャツ", "麻のシャツ\n半袖Tシャツ 紺"],
    "gb18030": ["亚麻衬衫\n蓝色T恤\n夏季连衣裙", "红色连衣裙夏季新款"],
    "big5": ["亞麻襯衫\n藍色T恤", "男士休閒褲\n女士襯衫"],
    "cp949": ["리넨 셔츠\n파란 티셔츠", "여성 원피스"],
    "cp1252": ["Größe", "Chemise en lin brodée\nRobe d’été", "Camisa de niño\nPantalón", "Skjorte blå",
               "Hemd;19 €\nHose;29 €", "Shirt;£19", "Écharpe", "Calção, sunga e maiô", "Tröja"],
    "cp1253": ["Πουκάμισο λινό"],
    "cp1254": ["Gömlek yeşil\nTişört açık mavi"],
    "koi8_r": ["Рубашка льняная\nФутболка"],
    "cp866": ["Рубашка льняная\nФутболка"],
    "mac_cyrillic": ["Рубашка льняная\nФутболка синяя\nПлатье летнее"],
    "iso8859_2": ["Košile lněná\nTričko modré\nŠaty letní"],
    "iso8859_7": ["Λινό πουκάμισο\nΜπλε μπλουζάκι\nΆσπρο φόρεμα"],
    "cp850": ["Blaues Hemd für Männer\nWeiße Bluse"],
    "cp1255": ["חולצה כחולה\nשמלת קיץ\nחולצת פשתן"],
    "cp1256": ["قميص أزرق\nفستان صيفي\nقميص كتان"],
    "cp874": ["เสื้อเชิ้ต\nเสื้อยืดสีน้ำเงิน\nชุดเดรส"],
    "iso2022_jp": ["リネンシャツ\n青いTシャツ"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "text"), [(name, text) for name, texts in TABLES.items() for text in texts]
)
def test_the_letters_tell_the_encoding_of_a_short_text(encoding, text):
    body = f"id;title\n{text}\n".encode(encoding)
    assert body.decode(encoding_of(body)) == body.decode(encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Kurtka męska", "cp1250"), ("Tête", "cp1252"), ("Čepice", "cp1250"), ("衬衫", "gb18030")],
)
def test_what_may_be_read_in_two_ways_is_not_guessed(text, encoding):
    with pytest.raises(UnknownEncoding, match="save it as UTF-8"):
        encoding_of(text.encode(encoding))


def test_a_label_counts_where_the_bytes_fit_it():
    assert encoding_of("Kurtka męska".encode("cp1250"), "Windows-1250") == "cp1250"
    assert encoding_of("シャツ".encode("iso-2022-jp"), "iso-2022-jp") == "iso2022_jp"
    assert encoding_of("żółta".encode(), "windows-1250") == "utf-8"
    assert encoding_of("Рубашка льняная".encode("cp1251"), "utf-8") == "cp1251"


def test_letters_written_with_plain_ones_are_not_taken_for_plain():
    with pytest.raises(UnknownEncoding, match="UTF-7"):
        encoding_of("id,title\n1,Blaues für".encode("utf-7"))
    assert encoding_of(b"1,C+BCD-E, 3+4-5, a+bcd-") == "utf-8"


def test_an_old_label_of_dos_counts():
    assert encoding_of("Größe".encode("cp850"), "cp850") == "cp850"


@pytest.mark.parametrize("label", ["rot13", "zip", "base64", "undefined", "idna", "", "no such"])
def test_a_label_that_the_web_does_not_know_counts_nothing(label):
    assert encoding_of("Größe".encode("cp1252"), label) == "cp1252"
    assert encoding_of(b"plain", label) == "utf-8"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig", "utf-32"])
def test_marks_and_noughts_tell_unicode(encoding):
    body = "id;title\n1;Größe\n".encode(encoding)
    assert body.decode(encoding_of(body)) == "id;title\n1;Größe\n"


def test_noughts_tell_unicode_where_few_letters_are_latin_too():
    text = "id;title\n1;Рубашка льняная\n2;Футболка синяя\n3;Платье летнее\n"
    assert encoding_of(text.encode("utf-16-le")) == "utf-16-le"


def test_a_byte_out_of_place_is_found_and_makes_utf_8_nothing_else():
    body = "Größe, Grün".encode() + b"\xfc"
    assert encoding_of(body) == "utf-8"
    assert first_misfit(body, "utf-8") == len(body) - 1
    assert first_misfit("Größe".encode() * 500_000, "utf-8") is None


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("Größe-42", "cp437"), ("рубашка-7", "cp866"), ("シャツ", "cp932"), ("青いシャツ-2", "cp932"),
     ("红色连衣裙", "gb18030"), ("Größe", "cp1252"),
     ("قميص أزرق", "cp1256"), ("πουκάμισο", "cp1253"), ("πουκάμισο", "cp737")],
)  # fmt: skip
def test_names_of_files_are_told_by_their_letters_too(name, encoding):
    written = f"{name}.jpg".encode(encoding)
    assert written.decode(likeliest(written, OF_ZIP_NAMES)) == f"{name}.jpg"


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("חולצה כחולה", "cp862"), ("חולצה כחולה", "cp1255"), ("เสื้อเชิ้ต", "cp874")],
)
def test_a_short_name_that_may_be_in_two_scripts_is_not_guessed(name, encoding):
    with pytest.raises(UnknownEncoding):
        likeliest(name.encode(encoding), OF_ZIP_NAMES)
