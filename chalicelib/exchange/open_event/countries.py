"""Maps country names as people type them to ISO 3166-1 alpha-2. Called by exchange/open_event/values.py.

Has English short names, the usual other ones and a few own-language names. Knows nothing of records or archives.
"""

import re
import unicodedata
from functools import lru_cache

_NAMES = """
AD Andorra; AE United Arab Emirates|UAE; AF Afghanistan; AG Antigua and Barbuda; AI Anguilla; AL Albania;
AM Armenia; AO Angola; AQ Antarctica; AR Argentina; AS American Samoa; AT Austria|Österreich; AU Australia;
AW Aruba; AX Åland Islands; AZ Azerbaijan; BA Bosnia and Herzegovina; BB Barbados; BD Bangladesh;
BE Belgium|België|Belgique; BF Burkina Faso; BG Bulgaria; BH Bahrain; BI Burundi; BJ Benin; BL Saint Barthélemy;
BM Bermuda; BN Brunei|Brunei Darussalam; BO Bolivia; BQ Bonaire; BR Brazil|Brasil; BS Bahamas; BT Bhutan;
BV Bouvet Island; BW Botswana; BY Belarus; BZ Belize; CA Canada; CC Cocos Islands;
CD Democratic Republic of the Congo|DR Congo; CF Central African Republic; CG Republic of the Congo;
CH Switzerland|Schweiz|Suisse|Svizzera|Swizerland; CI Côte d'Ivoire|Ivory Coast; CK Cook Islands; CL Chile; CM Cameroon;
CN China|People's Republic of China|PRC; CO Colombia; CR Costa Rica; CU Cuba; CV Cape Verde|Cabo Verde; CW Curaçao;
CX Christmas Island; CY Cyprus; CZ Czechia|Czech Republic; DE Germany|Deutschland; DJ Djibouti; DK Denmark|Danmark;
DM Dominica; DO Dominican Republic; DZ Algeria; EC Ecuador; EE Estonia; EG Egypt; EH Western Sahara; ER Eritrea;
ES Spain|España; ET Ethiopia; FI Finland|Findland|Suomi; FJ Fiji; FK Falkland Islands; FM Micronesia;
FO Faroe Islands; FR France; GA Gabon;
GB United Kingdom|UK|U.K.|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|GBR; GD Grenada; GE Georgia;
GF French Guiana; GG Guernsey; GH Ghana; GI Gibraltar; GL Greenland; GM Gambia; GN Guinea; GP Guadeloupe;
GQ Equatorial Guinea; GR Greece; GS South Georgia and the South Sandwich Islands; GT Guatemala; GU Guam;
GW Guinea-Bissau; GY Guyana; HK Hong Kong|Hongkong|Hong Kong SAR; HM Heard Island and McDonald Islands; HN Honduras;
HR Croatia; HT Haiti; HU Hungary; ID Indonesia; IE Ireland|Republic of Ireland|Éire; IL Israel; IM Isle of Man;
IN India|Bharat; IO British Indian Ocean Territory; IQ Iraq; IR Iran|Iran, Islamic Republic of; IS Iceland;
IT Italy|Italia; JE Jersey; JM Jamaica; JO Jordan; JP Japan|Nippon; KE Kenya; KG Kyrgyzstan; KH Cambodia;
KI Kiribati; KM Comoros; KN Saint Kitts and Nevis; KP North Korea|DPRK;
KR South Korea|Republic of Korea|Korea, Republic of|Korea South; KW Kuwait; KY Cayman Islands; KZ Kazakhstan;
LA Laos|Lao PDR; LB Lebanon; LC Saint Lucia; LI Liechtenstein; LK Sri Lanka; LR Liberia; LS Lesotho; LT Lithuania;
LU Luxembourg; LV Latvia; LY Libya; MA Morocco; MC Monaco; MD Moldova|Republic of Moldova; ME Montenegro;
MF Saint Martin; MG Madagascar; MH Marshall Islands; MK North Macedonia|Macedonia; ML Mali; MM Myanmar|Burma;
MN Mongolia; MO Macau|Macao; MP Northern Mariana Islands; MQ Martinique; MR Mauritania; MS Montserrat; MT Malta;
MU Mauritius; MV Maldives; MW Malawi; MX Mexico|México; MY Malaysia; MZ Mozambique; NA Namibia; NC New Caledonia;
NE Niger; NF Norfolk Island; NG Nigeria; NI Nicaragua; NL Netherlands|Holland|Nederland; NO Norway|Norge; NP Nepal;
NR Nauru; NU Niue; NZ New Zealand; OM Oman; PA Panama; PE Peru; PF French Polynesia; PG Papua New Guinea;
PH Philippines; PK Pakistan; PL Poland|Polska; PM Saint Pierre and Miquelon; PN Pitcairn; PR Puerto Rico;
PS Palestine|Palestinian Territories; PT Portugal; PW Palau; PY Paraguay; QA Qatar; RE Réunion; RO Romania;
RS Serbia; RU Russia|Russian Federation; RW Rwanda; SA Saudi Arabia; SB Solomon Islands; SC Seychelles; SD Sudan;
SE Sweden|Sverige; SG Singapore; SH Saint Helena; SI Slovenia; SJ Svalbard and Jan Mayen; SK Slovakia;
SL Sierra Leone; SM San Marino; SN Senegal; SO Somalia; SR Suriname; SS South Sudan; ST Sao Tome and Principe;
SV El Salvador; SX Sint Maarten; SY Syria|Syrian Arab Republic; SZ Eswatini|Swaziland; TC Turks and Caicos Islands;
TD Chad; TF French Southern Territories; TG Togo; TH Thailand; TJ Tajikistan; TK Tokelau; TL Timor-Leste|East Timor;
TM Turkmenistan; TN Tunisia; TO Tonga; TR Turkey|Türkiye; TT Trinidad and Tobago; TV Tuvalu;
TW Taiwan|Taiwan, Province of China|Republic of China; TZ Tanzania|United Republic of Tanzania; UA Ukraine;
UG Uganda; UM United States Minor Outlying Islands;
US United States|United States of America|USA|U.S.A.|U.S.|America; UY Uruguay; UZ Uzbekistan;
VA Vatican City|Holy See; VC Saint Vincent|Saint Vincent and the Grenadines; VE Venezuela;
VG British Virgin Islands; VI US Virgin Islands; VN Vietnam|Viet Nam; VU Vanuatu; WF Wallis and Futuna; WS Samoa;
YE Yemen; YT Mayotte; ZA South Africa; ZM Zambia; ZW Zimbabwe
"""

_WORDS = frozenset(("am", "as", "at", "be", "do", "in", "is", "it", "me", "my", "na", "no", "so", "to"))
"""Codes that are English words, or an answer, unless in capitals."""


_NO_ANSWER = "NA"
"""Namibia's code. In forms that people fill in it nearly always means: not applicable."""


def country_code(text: str) -> str | None:
    """Returns the ISO 3166-1 alpha-2 code of a country given by code or name; None when it is neither, or the name of
    two countries (Korea, Congo).
    """
    names = _codes()
    code = text.strip().upper()
    if code == _NO_ANSWER:
        return None
    if code in names.values():
        return code if text.strip().isupper() or text.strip().lower() not in _WORDS else None
    return names.get(_plain(text))


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Returns the code of every known name, by the name as `_plain` makes it."""
    found = {}
    for entry in _NAMES.replace("\n", " ").split(";"):
        code, _, names = entry.strip().partition(" ")
        found.update({_plain(name): code for name in names.split("|")})
    return found


def _plain(name: str) -> str:
    """Returns the name in lower case, without accents, punctuation or a leading article."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = re.sub(r"\W+", " ", letters.replace(".", "").replace("&", " and ")).split()
    words = ["saint" if word == "st" else word for word in words]
    return " ".join(words[1:] if words[:1] == ["the"] else words)
