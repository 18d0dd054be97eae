"""What shops call things, in many languages: stock, the buy button, labels of ids, old prices.

Alternatives are separated by " | "; each may be a regular expression.
"""

import re


def any_of(alternatives: str) -> str:
    """The alternatives as a part of a pattern."""
    return "|".join(part.strip() for part in " ".join(alternatives.split()).split(" | "))


def _pattern(words: str, others: str, before: str = r"\b", after: str = "") -> re.Pattern[str]:
    """A pattern for words in scripts with spaces and for those in scripts without."""
    return re.compile(rf"{before}(?:{any_of(words)}){after}|{any_of(others)}", re.IGNORECASE)


# A denial may stand some words before what it denies: "no longer in stock".
CANNOT_BE_HAD = _pattern(
    r"""
    out[- ]of[- ]stock | sold[- ]out | no longer (?:available|in stock)
    | (?:not|\w+n['’]t) (?:\w+ ){0,2}(?:available|in stock)
    | (?:in stock|available): ?(?:no|0)\b
    | (?<![\d.,])0 (?:items? )?(?:in stock|available|left|auf lager|en stock|i lager|på lager)
    | (?:currently|temporarily|is|item|product) unavailable | ^unavailable
    | (?:^|been |is )discontinued(?! by) | be back in stock
    | when (?:\w+ ){1,4}(?:available|in stock)
    | notify me when | email me when | auction (?:has )?(?:closed|ended)
    | listing (?:has )?(?:expired|ended)
    | ausverkauft | nicht (?:\w+ ){0,2}(?:lieferbar|verfügbar|auf lager|vorrätig) | derzeit nicht
    | vergriffen | wieder (?:vorrätig|verfügbar|lieferbar|auf lager)
    | épuisé | rupture de stock | indisponible | en rupture | de nouveau (?:disponible|en stock)
    | (?:pas|non) (?:\w+ )?(?:disponible|en stock) | plus (?:disponible|en stock)
    | esaurito | non (?:\w+ ){0,2}disponibile | di nuovo disponibile | agotado | sin stock
    | fuera de stock | no hay stock
    | no (?:\w+ ){0,2}(?:disponible|en stock) | de nuevo (?:disponible|en stock)
    | esgotado | indisponível | (?:sem|fora de) estoque | avise-me
    | não (?:\w+ ){0,2}(?:disponível|em estoque)
    | uitverkocht | niet (?:\w+ ){0,2}(?:op voorraad|leverbaar|beschikbaar)
    | slut i lager | slutsåld | (?:inte|ej) (?:\w+ ){0,2}i lager
    | udsolgt | utsolgt | ikke (?:\w+ ){0,2}på lager
    | loppuunmyyty | ei (?:\w+ ){0,2}(?:varastossa|saatavilla)
    | wyprzedan[eya] | niedostępn[yea] | brak (?:w magazynie|na stanie)
    | nie (?:\w+ ){0,2}(?:dostępn[yea]|w magazynie)
    | vyprodáno | není (?:\w+ ){0,2}(?:skladem|na skladě) | nedostupn[ýáé] | vypredané
    | nie je (?:\w+ ){0,2}(?:skladom|na sklade) | momentálne nedostupn
    | elfogyott | nincs (?:\w+ ){0,2}(?:raktáron|készleten)
    | stoc epuizat | indisponibil | nu (?:\w+ ){0,2}în stoc
    | nema na zalihi | rasprodano | nije (?:\w+ ){0,2}(?:dostupno|na zalihi)
    | распродано | (?:нет|не|отсутствует) (?:\w+ ){0,2}(?:в наличии|на складе)
    | (?:немає|нема|не) (?:\w+ ){0,2}в наявності
    | няма наличност | не (?:\w+ ){0,2}в наличност | изчерпан
    | tükendi | stokta (?:yok|değil|bulunm|kalmad)
    | εξαντλ | εκτός αποθέματος | δεν (?:\w+ ){0,2}(?:σε απόθεμα|διαθέσιμο)
    | hết hàng | không còn hàng | stok habis | habis terjual | (?:tidak|belum) tersedia
    """,
    "売り切れ | 在庫切れ | 在庫なし | 在庫は?(?:あり|ござい)ません | 品切れ | 完売"
    " | 缺货 | 缺貨 | 售罄 | 已售完 | 售完 | 補貨中 | (?:无|無|没有|沒有)(?:现|現)?(?:货|貨)"
    " | 품절 | 판매종료 | 재고 ?없음 | غير متوفر | غير متاح | نفذت الكمية | אזל מהמלאי | สินค้าหมด"
    r" | (?:לא|אינו|אינה|אין) (?:\w+ )?במלאי",
)
CAN_BE_HAD = _pattern(
    r"""
    in stock | available now | available to (?:order|buy) | ready to ship | ships? (?:in|within)
    | only \d+ left | \d+ (?:in stock|available) | auf lager | sofort lieferbar | lieferbar
    | vorrätig | verfügbar | en stock | disponible | disponibile | disponibilità immediata
    | disponível | em estoque | in magazzino | op voorraad | i lager | på lager | varastossa
    | dostępn[yea] | w magazynie | na skladě | skladem | na sklade | skladom | raktáron | în stoc
    | na zalihi | dostupno | в наличии | есть на складе | в наявності | в наличност | stokta
    | σε απόθεμα | άμεσα διαθέσιμο | còn hàng | stok tersedia | tersedia
    """,
    "在庫あり | 在庫有 | 現貨 | 现货 | 有货 | 有貨 | 재고 있음 | متوفر | במלאי",
    after=r"\b",
)
# What says that stock is told of one store, one size or a service, not of the product.
OF_A_PART = re.compile(
    r"\b(?:"
    + any_of(
        r"""
    pick-?\s?up | in[ -]store | (?:your|this|selected|nearest|local) store | at store | stores
    | (?:this|that|selected|your) (?:size|colou?r|variant|option|style|combination|location)
    | delivery | shipping | gift wrap\w* | cash on | video | seller | reviews?
    | click (?:&|and) collect | abholung | filialen? | im markt | vor ort | ladengeschäft
    | diese (?:größe|farbe|variante)
    | magasins? | retrait | cette (?:taille|couleur) | tiendas? | esta (?:talla|color) | recogida
    | negozi[oi]? | ritiro | questa (?:taglia|variante) | lojas? | winkels? | butik | sklep\w*
    | магазин\w* | самовывоз\w*
    """
    )
    + r")\b",
    re.IGNORECASE,
)
BUY = re.compile(
    r"^\W*(?:(?:"
    + any_of(
        r"""
    add to (?:my )?(?:cart|bag|basket|trolley|shopping (?:cart|bag|basket)) | buy (?:it )?now | buy
    | pre-?order(?: now)? | add to trolley
    | add to order | order now | place (?:your )?bid | in den (?:waren|einkaufs)korb
    | in den einkaufswagen | jetzt (?:kaufen|bestellen) | ajouter (?:au|à mon) panier | acheter
    | aggiungi al carrello | acquista | compra(?: ora| ahora)? | añadir (?:al carrito|a la cesta)
    | agregar al carrito | comprar(?: agora| ahora)? | adicionar (?:ao|no) carrinho
    | in (?:mijn )?winkelwagen | bestellen | lägg i varukorg(?:en)? | læg i kurv
    | legg i handlekurv | köp | lisää ostoskoriin | do koszyka | dodaj do koszyka | kup teraz
    | do košíka | do košíku | vložit do košíku | vložiť do košíka | kosárba | adaugă în coș
    | u košaricu | dodaj u košaricu | (?:добавить )?в корзину | купить | до кошика | купити
    | добави в количката | купи | в количката | sepete ekle | satın al | προσθήκη στο καλάθι
    | thêm vào giỏ(?: hàng)? | mua ngay | tambah ke keranjang | beli sekarang | себетке
    """
    )
    + r")\b|"
    + any_of(
        "カートに入れる | 買い物かごに入れる | かごに入れる | 購入する | 加入购物车"
        " | 加入購物車 | 放入購物車 | 立即購買 | 立即购买 | 我要購買 | 直接購買"
        " | 장바구니 | 구매하기 | 바로구매"
        " | أضف إلى السلة | إضافة إلى السلة | הוסף לסל"
    )
    + ")",
    re.IGNORECASE,
)
SKU_LABEL = any_of(
    r"""
    sku | s\.k\.u\.? | item ?(?:no|number|#|code|id)
    | art(?:icle|ikel|ículo|icolo)?\.?[ -]?(?:no|nr|nummer|number|#|code|id) | artikelnr
    | best(?:ell)?[.-]?(?:nr|nummer) | product ?(?:code|id|no|number|#|sku)
    | produkt(?:nummer|nr|code|-id) | prod\. ?code
    | ref(?:erence|erenz|erencia|erência|\.)?(?: (?:no|number|produit))? | réf(?:érence|\.)? | asin
    | cod(?:e|ice|igo)?\.?(?: (?:prodotto|articolo|produto))?
    | código(?: del? (?:producto|produto))? | catalog(?:ue)? ?(?:no|number|#) | cat\. ?no
    | style ?(?:no|number|#|code) | stock ?(?:no|number|code) | kód(?: (?:produktu|zboží|tovaru))?
    | katalogové číslo | indeks | nr (?:katalogowy|art) | cikkszám | šifra | артикул
    | код(?: товара)? | арт | ürün kodu | stok kodu | κωδικός | mã(?: sản phẩm| sp)?
    | (?:ad|post|posting|listing|auction|deal|lot) id | 品番 | 商品番号 | 商品コード | 型番
    | 商品編號 | 商品编号 | 貨號 | 货号 | 상품번호 | 상품코드 | 모델번호
    """
)
MPN_LABEL = any_of(
    r"""
    mpn | (?:item )?model(?: (?:no|number|#))? | modell(?:nr)? | part ?(?:no|number)
    | manufacturer(?:'s)? (?:part )?(?:code|number) | herstellernummer
    """
)
GTIN_LABEL = r"ean|gtin|upc|barcode|isbn(?:-1[03])?"
# What stands before a price that is no longer asked, or is none of the product's.
BEFORE_OLD_PRICE = re.compile(
    r"(?:\b(?:"
    + any_of(
        r"""
    was | rrp | r\.r\.p\.? | msrp | list price | list | regular price | retail | reg\.? | before
    | instead of | save | you save | saving | off | statt | uvp | bisher | alter preis | ersparnis
    | sie sparen | au lieu de | prix conseillé | prix barré | économisez | prezzo consigliato
    | prezzo di listino | anziché | risparmi | antes | precio anterior | ahorra | pvr
    | pvp recomendado | de: | por antes | voor | adviesprijs | původní cena | ušetříte | zľava
    | старая цена | скидка | экономия
    """
    )
    + r")|定價|原價|市價|原价|市场价|정가|할인)\W*$",
    re.IGNORECASE,
)
BEFORE_OTHER_PRICE = re.compile(
    r"\b(?:"
    + any_of(
        r"""
    shipping | delivery | postage | versand\w* | lieferung | livraison | spedizione | envío | frete
    | over | above | orders? | ab | points | per month | /\s*mo | monthly | rate | raten
    | mensualit\w+ | a month | voucher | gift card | coupon | deposit | from just | pay in
    | ex\.? tax | excl?\.? (?:tax|vat) | ex\.? vat | netto | zzgl\.? mwst\.? | hors taxes?
    | members?(?: price)? | club price | subscri\w+
    | installments | fee | used | new from | new & used | доставка | доставки | рассрочк\w+
    """
    )
    + r")\W*$",
    re.IGNORECASE,
)
NEXT = re.compile(
    r"^\W*(?:"
    + any_of(
        r"""
    next(?: page)? | weiter | nächste(?: seite)? | suivante?s? | page suivante | siguiente
    | próximo | próxima | seguinte | successiv[ao] | avanti | volgende | nästa | næste | neste
    | seuraava | następna | dalej | další | ďalšia | dalšie | következő | înainte | următoarea
    | следующая | вперед | вперёд | наступна | sonraki | επόμενη | 下一页 | 下一頁 | 下页 | 次へ
    | 次のページ | 다음 | > | >>
    """
    )
    + r")\W*$|^\W*[›»→❯⟩]\W*$",
    re.IGNORECASE,
)
LOAD_MORE = _pattern(
    r"""
    (?:load|show|view|see) more | mehr (?:laden|anzeigen) | voir plus | charger plus
    | afficher plus | cargar más | ver más | carregar mais | carica altri | mostra altri
    | meer laden | toon meer | visa fler | показать ещё | показать еще
    """,
    "もっと見る | 加载更多 | 載入更多 | 더보기",
)
# A button that says this loads products; "show more" may open a text.
LOAD_PRODUCTS = re.compile(
    r"\W*(?:"
    + any_of(
        r"""
    load more | (?:load|show|view|see) (?:\d+ )?more (?:products|items|results|articles|styles)
    | mehr (?:produkte |artikel )?laden | weitere (?:produkte|artikel)(?: laden| anzeigen)?
    | mehr (?:produkte|artikel)(?: anzeigen)? | charger plus(?: de produits)?
    | (?:voir|afficher) plus de produits | cargar más(?: productos)? | ver más productos
    | carregar mais(?: produtos)? | carica altri(?: prodotti)? | meer (?:producten )?laden
    | показать ещё | показать еще | もっと見る | 加载更多 | 載入更多 | 더보기
    """
    )
    + r")\W*",
    re.IGNORECASE,
)
