"""What a file of places may say, under which titles (champs, colonnes). Pure.

The first title of a field is the one of our own layout; the others are those of the bailleurs'
software and of the national return. Titles are folded: neither case, accents nor punctuation.
"""

from presence.kernel.nomenclature import Coded


class Field(Coded):
    """A thing that a column may say (champ)."""

    AGENCY = "agency", "Agence"
    CODE = "code", "Code de la résidence"
    NAME = "name", "Nom de la résidence"
    ADDRESS = "address", "Adresse"
    POSTAL_CODE = "postal_code", "Code postal"
    INSEE_CODE = "insee_code", "Code Insee"
    COMMUNE = "commune", "Commune"
    QPV_NAME = "qpv_name", "Quartier prioritaire"
    QPV_VINTAGE = "qpv_vintage", "Millésime du QPV"
    DWELLINGS = "dwellings", "Logements"
    BUILDING_CODE = "building_code", "Code du bâtiment"
    BUILDING_NAME = "building_name", "Bâtiment"
    ENTRANCE_NAME = "entrance_name", "Entrée"
    ENTRANCE_CODE = "entrance_code", "Référence de l'entrée"
    ENTRANCE_ADDRESS = "entrance_address", "Adresse de l'entrée"
    RNB_ID = "rnb_id", "Identifiant RNB"
    BAN_KEY = "ban_key", "Clé BAN"
    LATITUDE = "latitude", "Latitude"
    LONGITUDE = "longitude", "Longitude"
    TIMES_PER_WEEK = "times_per_week", "Passages par semaine"
    ENTRANCES = "entrances", "Entrées (liste)"


# Without them a line names nothing; the rest is needed only by a residence not yet known.
REQUIRED = (Field.CODE, Field.NAME)

TITLES: dict[Field, tuple[str, ...]] = {
    Field.AGENCY: (
        "agence", "agence de gestion", "nom agence", "antenne", "delegation",
        "direction territoriale", "unite territoriale", "territoire", "secteur",
    ),
    Field.CODE: (
        "code", "code residence", "code groupe", "code programme", "code ensemble", "code site",
        "reference", "ref", "ref residence", "reference residence", "identifiant", "id residence",
        "n residence", "n groupe", "numero residence", "numero groupe", "code patrimoine",
        "code immeuble",
    ),
    Field.NAME: (
        "nom", "nom residence", "residence", "libelle residence", "nom groupe", "groupe",
        "libelle groupe", "programme", "nom programme", "libelle programme", "ensemble",
        "ensemble immobilier", "libelle", "designation", "site", "nom site",
    ),
    Field.ADDRESS: (
        "adresse", "adr", "adresse residence", "adresse postale", "adresse principale", "adresse 1",
        "voie", "rue", "n et voie", "numero et voie", "libelle voie",
    ),
    Field.POSTAL_CODE: ("code postal", "cp", "c p", "code post", "codepostal", "cpostal"),
    Field.INSEE_CODE: (
        "insee", "code insee", "c insee", "n insee", "codeinsee", "code commune", "insee commune",
        "code insee commune", "commune insee", "depcom", "cog",
    ),
    Field.COMMUNE: ("commune", "ville", "nom commune", "libelle commune", "localite", "libcom"),
    Field.QPV_NAME: (
        "qpv", "nom qpv", "quartier prioritaire", "nom quartier prioritaire", "libelle qpv",
        "quartier prioritaire de la ville", "quartier qpv", "en qpv",
    ),
    Field.QPV_VINTAGE: (
        "qpv millesime", "millesime qpv", "annee qpv", "qpv annee", "geographie qpv",
        "generation qpv",
    ),
    Field.DWELLINGS: (
        "logements", "logement", "nb logements", "nb logement", "nb lgts", "nb lgt", "lgts", "lgt",
        "nb logts", "nb logt", "logts", "nb log", "nblog", "nblgts", "nbre logements",
        "nbr logements", "nombre logements", "nombre de logements", "nb de logements",
        "total logements",
    ),
    Field.BUILDING_CODE: (
        "code batiment", "code bat", "n batiment", "n bat", "numero batiment", "ref batiment",
    ),
    Field.BUILDING_NAME: (
        "batiment", "bat", "nom batiment", "libelle batiment", "immeuble", "nom immeuble", "tour",
        "bloc",
    ),
    Field.ENTRANCE_NAME: (
        "entree", "hall", "montee", "allee", "cage", "cage escalier", "cage d escalier", "escalier",
        "esc", "nom entree", "nom hall", "libelle entree", "libelle hall", "n entree",
    ),
    Field.ENTRANCE_CODE: (
        "reference entree", "ref entree", "identifiant entree", "id entree", "ref hall",
        "reference hall", "ref montee", "ref allee", "ref cage",
    ),
    Field.ENTRANCE_ADDRESS: (
        "adresse entree", "adr entree", "adresse hall", "adresse montee", "adresse allee",
        "adresse cage",
    ),
    Field.RNB_ID: ("rnb", "id rnb", "rnb id", "identifiant rnb", "code rnb"),
    Field.BAN_KEY: (
        "ban", "cle ban", "id ban", "identifiant ban", "cle interop", "cle interop ban",
        "cle interoperabilite", "cle d interoperabilite", "cle interoperabilite ban",
    ),
    Field.LATITUDE: ("latitude", "lat", "y wgs84"),
    Field.LONGITUDE: ("longitude", "lon", "long", "lng", "x wgs84"),
    Field.TIMES_PER_WEEK: (
        "passages semaine", "passages par semaine", "nb passages semaine", "passages hebdo",
        "passages hebdomadaires", "passages", "frequence", "frequence hebdo",
        "frequence hebdomadaire", "visites semaine", "visites par semaine",
    ),
    Field.ENTRANCES: (
        "entrees", "halls", "liste entrees", "liste halls", "liste des entrees", "liste des halls",
        "montees", "allees", "cages",
    ),
}  # fmt: skip

# « Code hall » may be the code of its door, which no list may hold (PAT-6): somebody must look.
DOUBTFUL: dict[str, Field] = {
    "code entree": Field.ENTRANCE_CODE,
    "code hall": Field.ENTRANCE_CODE,
    "code montee": Field.ENTRANCE_CODE,
    "code allee": Field.ENTRANCE_CODE,
    "code cage": Field.ENTRANCE_CODE,
    "quartier": Field.QPV_NAME,
    "id": Field.CODE,
}

# Words that change nothing to what a title names; those of the second set announce a number.
NEUTRAL = frozenset({
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "par", "un",
    "sur", "pour", "n", "no", "num", "numero", "officiel", "actuel", "residence", "site",
    "patrimoine",
})  # fmt: skip
COUNTING = frozenset({"nb", "nbr", "nbre", "nombre", "total"})
COUNTED = frozenset({Field.DWELLINGS, Field.TIMES_PER_WEEK})

# National return of the social stock (RPLS): what is read of it; rents, leases, sales and
# departures are left out (domain 6.4).
RPLS_READ = frozenset({
    "IDENT_REP", "IDENT_INT", "DEPCOM", "CODEPOSTAL", "LIBCOM", "NUMVOIE", "INDREP", "TYPVOIE",
    "NOMVOIE", "ESC", "ENTREE", "BAT", "IMMEU", "COMPLGEO", "LIEUDIT", "QPV", "SORTIEPATRIM",
    "CODSEGPATRIM", "LIBSEGPATRIM", "SIRET",
})  # fmt: skip
# No other file has these titles together.
RPLS_SIGNS = frozenset({"DEPCOM", "NUMVOIE", "TYPVOIE", "NOMVOIE"})
