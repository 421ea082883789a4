"""The matrix of rights, route by route: who gets what. The specification, not the code's echo.

For each rule and method, the accounts that the door opens to. All others get 403 (or, without
sign-in, the sign-in page on pages and 401 on the API). A rule of the application that is missing
here fails the build.
"""

OPEN = ("anonymous",)
BAILLEURS = ("opac38", "pluralis")
FIELD = ("leader", "agent")
READERS = ("capi", "commune", "state")
OPERATOR = ("operator",)

# Doors that ask for nobody's identity.
PUBLIC = {
    ("GET", "/connexion"),
    ("POST", "/connexion"),
    ("POST", "/deconnexion"),
    ("GET", "/healthz"),
    ("GET", "/static/<path:filename>"),
    ("GET", "/api/v1/openapi.json"),
}
# Opens to whoever has signed in.
SIGNED_IN = {("GET", "/")}

PAGES: dict[tuple[str, str], tuple[str, ...]] = {
    ("GET", "/cette-nuit"): BAILLEURS,
    ("POST", "/cette-nuit/suites"): BAILLEURS,
    ("GET", "/rapports-journaliers/<uuid:report_id>.json"): (*BAILLEURS, "leader"),
    ("GET", "/residences"): BAILLEURS,
    ("POST", "/residences/import"): BAILLEURS,
    ("GET", "/soiree"): FIELD,
    ("POST", "/soiree/passages"): FIELD,
    ("GET", "/soiree/intervention/<uuid:entrance_id>"): FIELD,
    ("POST", "/soiree/intervention/<uuid:entrance_id>"): FIELD,
    ("POST", "/soiree/appels"): FIELD,
    ("POST", "/soiree/cloture"): ("leader",),
    ("GET", "/bilan"): (*BAILLEURS, *READERS),
    ("POST", "/bilan/accords/<uuid:agreement_id>"): BAILLEURS,
    ("GET", "/quotes-parts"): BAILLEURS,
    ("GET", "/quotes-parts/<int:year>"): BAILLEURS,
    ("GET", "/exploitation"): OPERATOR,
}

API: dict[tuple[str, str], tuple[str, ...]] = {
    ("GET", "allocations"): BAILLEURS,
    ("GET", "allocations/<int(fixed_digits=4, min=2000, max=2100):year>"): BAILLEURS,
    ("GET", "bilans"): (*BAILLEURS, *READERS),
    ("GET", "bilans/<uuid:bilan_id>"): (*BAILLEURS, *READERS),
    ("GET", "calls"): (*BAILLEURS, *FIELD),
    ("POST", "calls"): FIELD,
    ("PUT", "calls/<uuid:call_id>/intervention"): FIELD,
    # The lead bailleur's finance only: Pluralis does not lead.
    ("POST", "costs"): ("opac38",),
    ("POST", "subsidies"): ("opac38",),
    ("POST", "sharing-keys"): ("opac38",),
    ("GET", "daily-reports"): (*BAILLEURS, "leader"),
    ("GET", "daily-reports/<uuid:report_id>"): (*BAILLEURS, "leader"),
    ("GET", "evenings"): (*BAILLEURS, *FIELD),
    ("GET", "evenings/<day>"): (*BAILLEURS, *FIELD),
    ("POST", "evenings/<day>/signature"): ("leader",),
    ("POST", "field/sync"): FIELD,
    ("GET", "figures"): BAILLEURS,
    ("GET", "interventions"): (*BAILLEURS, *FIELD),
    ("GET", "memberships"): OPERATOR,
    ("POST", "memberships"): OPERATOR,
    ("GET", "organisations"): OPERATOR,
    ("POST", "organisations/bailleurs"): OPERATOR,
    ("GET", "residences"): (*BAILLEURS, *FIELD),
    ("GET", "residences/<uuid:residence_id>"): (*BAILLEURS, *FIELD),
    ("PUT", "residences/<uuid:residence_id>/frequency"): BAILLEURS,
    ("POST", "residences/imports"): BAILLEURS,
    ("GET", "sharing-agreements"): BAILLEURS,
    ("POST", "sharing-agreements/<uuid:agreement_id>/signature"): BAILLEURS,
    ("DELETE", "sharing-agreements/<uuid:agreement_id>/signature"): BAILLEURS,
    ("GET", "summonses"): BAILLEURS,
    ("POST", "summonses"): BAILLEURS,
    ("GET", "visits"): (*BAILLEURS, *FIELD),
    ("POST", "visits"): FIELD,
}
