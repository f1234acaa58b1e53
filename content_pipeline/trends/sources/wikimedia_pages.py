"""Which pages of a Wikimedia project are no articles: main pages, searches and other namespaces, addresses that were never pages.

Namespaces have names of their own in every language; here are those of the languages that are read most.
"""

import re

_NAMESPACES = """
    Special Spezial Spécial Especial Speciale Speciaal Specjalna Служебная Спеціальна 特別 特殊 特殊页面 특수 خاص ویژه מיוחד Özel
    Istimewa Đặc_biệt Speciální Toiminnot Speciel Ειδικό विशेष พิเศษ বিশেষ
    Wikipedia Wikipédia Viquipèdia Wikipedie Wikipedija Википедия Вікіпедія ウィキペディア 维基百科 維基百科 위키백과
    ويكيبيديا ویکی‌پدیا ויקיפדיה Vikipedi Vikipedio Βικιπαίδεια विकिपीडिया วิกิพีเดีย Project WP
    Portal Portail Portál Portale Portaal Портал プロジェクト 포털 بوابة درگاه פורטל
    File Datei Fichier Archivo Ficheiro Arquivo Bestand Plik Файл ファイル 文件 파일 ملف پرونده קובץ Dosya Berkas Soubor Image
    Help Hilfe Aide Ayuda Ajuda Aiuto Hulp Pomoc Справка Довідка ヘルプ 幫助 도움말 مساعدة راهنما עזרה Yardım Bantuan
    Category Kategorie Catégorie Categoría Categoria Categorie Kategoria Kategória Категория Категорія 分类 分類 분류 تصنيف رده
    קטגוריה Kategori
    User Benutzer Utilisateur Usuario Usuário Utente Gebruiker Użytkownik Участник Користувач 利用者 用户 사용자 مستخدم کاربر משתמש
    Talk Diskussion Discussion Discusión Discussão Discussione Overleg Dyskusja Обсуждение ノート 讨论 토론 نقاش بحث שיחה
    Template Vorlage Modèle Plantilla Predefinição Sjabloon Szablon Шаблон Draft Module MediaWiki TimedText Media
"""
_MAIN_PAGES = """
    Main_Page Hauptseite Accueil Portada Página_principal Pagina_principale Hoofdpagina Strona_główna Заглавная_страница
    Головна_сторінка メインページ 首页 首頁 대문 الصفحة_الرئيسية صفحهٔ_اصلی עמוד_ראשי Ana_Sayfa Anasayfa Halaman_Utama
    Trang_Chính Hlavní_strana Etusivu Forside मुखपृष्ठ หน้าหลัก Πύλη:Κύρια Kezdőlap Pagina_principală
"""
# Crawlers and broken clients ask for these.
_NEVER_PAGES = {"undefined", "null", "NaN", "Wiki", "wiki.phtml", "robots.txt", "favicon.ico", "blank.html"}

_NAMESPACE = {name.casefold() for name in _NAMESPACES.split()}
_DROPPED = {*_MAIN_PAGES.split(), *_NEVER_PAGES}
_TALK = re.compile(r"[^_:]+_talk", re.IGNORECASE)
# What no title holds (https://www.mediawiki.org/wiki/Manual:$wgLegalTitleChars), and paths of a web server.
_NO_TITLE = re.compile(r"[#<>\[\]|{}]|^/|//|(?:/.*\.js|\.(?:php|html|css|png|jpg))$", re.IGNORECASE)


def is_article(page: str) -> bool:
    """Tell whether a page, named as in addresses (``Main_Page``), is an article."""
    page = page.rstrip("/")
    if not page.strip("_.- ") or page in _DROPPED or _NO_TITLE.search(page):
        return False
    namespace, colon, _ = page.partition(":")
    return not (colon and (namespace.casefold() in _NAMESPACE or _TALK.fullmatch(namespace)))
