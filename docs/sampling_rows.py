"""What the account of the sample counts by: families of lists, regions, and one list held against the record."""

from collections.abc import Iterable
from typing import Final

import pandas as pd

from forecasting.store.package_data import shipped

CANDIDATES: Final = "sampling.csv"
TAKEN: Final = "taken"
WIDE: Final = "several regions, or worldwide"
POWERS: Final = "the five nuclear powers among themselves"
FIVE: Final = frozenset({"USA", "SUN", "RUS", "GBR", "FRA", "CHN"})
REGIONS: Final = {
    "Europe and the Caucasus": "ABK ARM AUT AZE BEL BGR BIH BLR CHE CSK CYP CZE DEU DNK DNR ESP EST FIN FRG GDR GEO "
    "GRC HRV HUN IRL ITA LNR LTU LVA MDA NLD NOR PMR POL PRT ROU SVN SWE TUR UKR YUG",
    "Asia and the Pacific": "AFG AUS BGD BRN IDN IND JPN KAZ KGZ KHM KOR LAO MMR MNG MYS NZL PAK PHL PRK SGP THA TJK "
    "TKM TWN UZB VNM",
    "Middle East and North Africa": "ARE BHR DZA EGY HEZBOLLAH HOUTHI IRN IRQ ISR JOR KWT LBN LBY MAR OMN QAT SAU SHJ "
    "SYR TUN YEM",
    "Africa south of the Sahara": "AGO BDI BFA CIV CMR COD COG ETH GAB GHA KEN LBR MLI NER NGA RWA SDN SEN SLE SOM SSD "
    "TCD TZA UGA ZAF ZMB",
    "the Americas": "ARG BLZ BOL BRA BRB CAN CHL COL CRI CUB ECU GTM GUY HND JAM MEX NIC PER PRY SLV TTO URY VEN",
}  # fmt: skip
REGION_OF: Final = {code: region for region, codes in REGIONS.items() for code in codes.split()}
NO_PLACE: Final = frozenset({"MULTI", "IAEA"})
MOST_IN_REGION: Final = 60
ELSEWHERE: Final = {"g20-bali-nuclear-threats-2022": WIDE}

FAMILIES: Final = {
    "before 1945": ("pre-1945", "league", "pan-american", "washington system", "laws-of-war"),
    "treaties and agreements (AAD, United Nations, OAS), from signature": (
        "aad", "treaty list", "small-arms treaties", "depositary", "african small-arms",
    ),
    "peace agreements and truces (PA-X, UN Peacemaker)": ("pa-x", "peacemaker", "stand-downs", "yugoslav"),
    "OSCE and European security": (
        "osce", "csce", "cfe", "minsk", "nato", "weu", "nordic", "geneva international", "greek-turkish",
    ),
    "great powers: summits, understandings, cuts": (
        "us-soviet", "soviet", "russia", "inf negotiating", "us-china communiques", "-era pledges", "white house",
        "caspian",
    ),
    "nuclear, chemical and missile pledges and moratoria": (
        "moratoria", "nuclear-use", "proliferation reversal", "detargeting", "security assurance", "mtcr",
        "missile restraint", "renunciations",
    ),
    "arms transfers, suppliers and export control": (
        "arms embargo", "arms-transfer", "supplier", "us-china nonproliferation", "nuclear cooperation", "crs rl30957",
        "export control",
    ),
    "IAEA and NPT reviews": ("iaea", "npt"),
    "Arms Control Association and other chronologies": ("arms control today", "arms control association", "csis"),
    "Asia": (
        "korean", "asean", "china sea", "taiwan", "india-china", "south asia", "bengal", "southeast asian", "maritime",
        "indian and bangladeshi", "incident-at-sea", "hotline", "central asian",
    ),
    "Middle East": ("gulf", "iran-iraq", "middle east", "syria", "undof"),
    "Africa": ("african",),
    "the Americas": ("latin american", "oas", "central american"),
    "United Nations and humanitarian disarmament; cyber and artificial intelligence": (
        "un ", "un-", "unficyp", "united nations", "unoda", "security council", "first committee", "cluster munition",
        "landmine", "g7/g20", "reaim", "cyber", "autonomous", "killer robots",
    ),
}  # fmt: skip

CHECKED: Final = {
    how: cases.split()
    for how, cases in {
        "held as a case": (
            "partial-test-ban-signed-1963 fissile-cutbacks-1964 seabed-arms-control-1971 bwc-signed-1972 "
            "salt1-standstill-1972 salt1-standstill-1972 israel-syria-golan-1974 ayacucho-declaration-1974 "
            "egypt-israel-force-limits-1974 vladivostok-1974 ttbt-observance-1976 helsinki-cbm-1975 "
            "enmod-convention-1977 salt2-observance-1979 israel-lebanon-agreement-1983 stockholm-csbm-1986 "
            "intermediate-missiles-elimination-1987 cw-bilateral-agreement-1990 cfe-treaty-1990 vienna-document-1990 "
            "cartagena-declaration-1991 p5-arms-transfer-guidelines-1991 pni-1991 start1-signed-1991 unroca-1991 "
            "open-skies-provisional-1992 china-russia-border-memorandum-1992 cfe-1a-1992 mtcr-1987 "
            "india-pakistan-cw-declaration-1992 koreas-denuclearisation-declaration-1992 lisbon-protocol-signed-1992 "
            "cwc-signed-1993 start2-signed-1993 us-dprk-agreed-framework-1994 us-russia-detargeting-1994 "
            "csce-code-of-conduct-1994 uk-russia-detargeting-1994 oas-santiago-csbm-1995 "
            "npt-principles-objectives-1995 ccw-blinding-lasers-1995 southeast-asia-nwfz-signed-1995 "
            "wassenaar-1996 ctbt-signed-1996 africa-nwfz-treaty-1996 abm-demarcation-1997 founding-act-1997 "
            "cifta-us-canada-1997 helsinki-start3-1997 ecowas-moratorium-1998 "
            "eu-code-arms-exports-1998 mercosur-zone-of-peace-1998 oas-weapons-acquisitions-convention-1999 "
            "lahore-nuclear-accidents-1999 pmda-provisional-2000 "
            "us-russia-stability-initiative-2000 nsg-1978 nsg-dual-use-1992 osce-salw-document-2000 "
            "un-small-arms-programme-2001 strategic-offensive-reductions-2002 central-asia-nwfz-treaty-2006 "
            "ecowas-small-arms-convention-2006 new-start-treaty-2010"
        ),
        "held as an act or a part of a wider case": (
            "ttbt-observance-1976 cfe-provisional-1992 start2-signed-1993 abm-demarcation-1997 "
            "us-russia-stability-initiative-2000 ecowas-moratorium-1998 vienna-document-1990"
        ),
        "held as the binding text in which a case ended": (
            "austria-moscow-memorandum-1955 igy-antarctic-understanding-1955 latin-america-denuclearization-1963 "
            "orbit-nuclear-restraint-1963 irish-resolution-1961 basic-principles-1972 space-registry-1961 "
            "egypt-israel-force-limits-1974 south-pacific-nfz-1975 india-pakistan-no-attack-1985 ttbt-observance-1976 "
            "china-india-20km-line-1962 china-russia-border-memorandum-1992 ottawa-declaration-1996 "
            "us-china-maritime-consultation-1997 nairobi-declaration-2000 sadc-firearms-declaration-2001 "
            "lahore-missile-notification-1999 lahore-nuclear-accidents-1999 oslo-declaration-2007"
        ),
    }.items()
}  # fmt: skip
OUT_OF_SCOPE: Final = {
    "agreements on incidents, dangerous activities, launches, hotlines and warning, taken as binding from signature or "
    "a fixed day": 28,
    "no limit of its own on arms, forces or their transparency (laws of war, statutes, agendas, resolutions)": 17,
    "peace terms or resolutions imposed on a defeated state": 9,
    "armistices and peace accords binding from signature": 8,
    "other texts binding from the start, or with limits that an earlier treaty sets already": 4,
}  # fmt: skip
MISSING: Final = (
    ("Simla Agreement of India and Pakistan, between signature and force", 1972),
    ("Protocol to the ABM Treaty, between signature and force", 1974),
    ("Egyptian-Israeli peace treaty and its force zones, between signature and force", 1979),
    ("Soviet statement on the Backfire bomber", 1979),
    ("Convention on the Physical Protection of Nuclear Material, between signature and force", 1980),
    ("Convention on Certain Conventional Weapons, between signature and force", 1981),
    ("Indian-Pakistani agreement on airspace violations, between signature and force", 1991),
    ("Indian-Pakistani agreement on advance notice of exercises, between signature and force", 1991),
    ("Hungarian-Romanian open skies agreement, between signature and force", 1991),
    ("Shanghai agreement of five states on confidence in the border area, between signature and force", 1996),
    ("Israeli-Lebanese understanding of April 1996", 1996),
    ("Amended Protocol II on mines, between adoption and force", 1996),
    ("Indian-Chinese agreement on confidence-building along the line of control, between signature and force", 1996),
    ("United Nations Firearms Protocol, between adoption and force", 2001),
    ("Russian-Chinese agreement on launch notification, between signature and force", 2009),
)


def candidates() -> pd.DataFrame:
    """What the lists held, one row a candidate."""
    return pd.read_csv(shipped("data") / CANDIDATES, dtype=str, keep_default_na=False)


def fresh_cases() -> frozenset[str]:
    """Cases that were taken from the lists."""
    found = candidates()
    return frozenset(found.loc[found["decision"] == TAKEN, "case_id"])


def family_of(found_in_list: str) -> str:
    """The family of the first list that a row names."""
    first = found_in_list.lower().split(";")[0]
    for name, words in FAMILIES.items():
        if any(word in first for word in words):
            return name
    raise ValueError(f"expected a list of a known family, got {found_in_list!r}; add a word to FAMILIES")


def region_of(case: str, parties: str, n_parties: int) -> str:
    """The region of the parties other than the five nuclear powers."""
    if case in ELSEWHERE:
        return ELSEWHERE[case]
    codes = set(parties.split(";"))
    placed = codes - FIVE - NO_PLACE
    unknown = placed - set(REGION_OF)
    if unknown:
        raise ValueError(f"expected codes with a region, got {sorted(unknown)}; add them to REGIONS")
    regions = {REGION_OF[code] for code in placed}
    if not regions:
        return WIDE if "MULTI" in codes else POWERS
    return regions.pop() if len(regions) == 1 and n_parties <= MOST_IN_REGION else WIDE


def counted(values: "pd.Series[str]", names: Iterable[str]) -> dict[str, int]:
    """How many of the values are each of the names."""
    found = values.value_counts()
    return {name: int(found.get(name, 0)) for name in names}
