"""The matrix of rights, route by route: who gets what. The specification, not the code's echo.

For each rule and method, the accounts that the door opens to. All others get 403 (or, without
sign-in, the sign-in page on pages and 401 on the API). A rule of the application that is missing
here fails the build.
"""

OPEN = ("anonymous",)
BAILLEURS = ("opac38", "pluralis")
# Scoped to an agency, to two residences: they read, on their own places only.
HOME = (*BAILLEURS, "sector", "caretaker")
RECORDERS = ("leader", "agent")
# Who writes site sheets: a caretaker sees codes, and writes nothing.
SITES = (*BAILLEURS, "sector")
FIELD = (*RECORDERS, "oncall")
PROVIDER = (*FIELD, "provider")
PLANNERS = ("leader", "provider")
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
    ("GET", "/.well-known/security.txt"),
    ("GET", "/connexion/code"),
    ("POST", "/connexion/code"),
    ("GET", "/mot-de-passe/oublie"),
    ("POST", "/mot-de-passe/oublie"),
    ("GET", "/mot-de-passe/<string(minlength=20, maxlength=100):secret>"),
    ("POST", "/mot-de-passe/<string(minlength=20, maxlength=100):secret>"),
    ("GET", "/invitation/<string(minlength=20, maxlength=100):secret>"),
    ("POST", "/invitation/<string(minlength=20, maxlength=100):secret>"),
}
# Opens to whoever has signed in.
SIGNED_IN = {
    ("GET", "/"),
    ("GET", "/compte"),
    ("POST", "/compte/mot-de-passe"),
    ("GET", "/compte/second-facteur"),
    ("POST", "/compte/second-facteur"),
    ("POST", "/compte/second-facteur/retirer"),
    ("POST", "/compte/codes-de-secours"),
    ("POST", "/compte/sessions/<uuid:session_id>/fermer"),
    ("POST", "/compte/sessions/fermer-les-autres"),
    ("POST", "/compte/jetons"),
    ("POST", "/compte/jetons/<uuid:token_id>/revoquer"),
}
ADMINISTRATORS = (*BAILLEURS, "dpo", "provider", "capi")
WATCHERS = ADMINISTRATORS

PAGES: dict[tuple[str, str], tuple[str, ...]] = {
    ("GET", "/cette-nuit"): HOME,
    ("POST", "/cette-nuit/suites"): BAILLEURS,
    ("GET", "/rapports-journaliers/<uuid:report_id>.json"): (*BAILLEURS, "leader", "provider"),
    ("GET", "/residences"): HOME,
    ("POST", "/residences/import"): BAILLEURS,
    ("GET", "/soiree"): FIELD,
    ("POST", "/soiree/passages"): RECORDERS,
    ("GET", "/soiree/intervention/<uuid:entrance_id>"): RECORDERS,
    ("POST", "/soiree/intervention/<uuid:entrance_id>"): RECORDERS,
    ("POST", "/soiree/evenements"): RECORDERS,
    ("POST", "/soiree/appels"): FIELD,
    ("POST", "/soiree/cloture"): ("leader",),
    ("GET", "/tournees"): PLANNERS,
    ("POST", "/tournees"): PLANNERS,
    ("POST", "/tournees/<uuid:plan_id>/arrets"): PLANNERS,
    ("POST", "/tournees/<uuid:plan_id>/publication"): PLANNERS,
    ("GET", "/ma-tournee"): FIELD,
    ("POST", "/ma-tournee/<uuid:plan_id>/ouverture"): FIELD,
    ("GET", "/cessions"): BAILLEURS,
    ("POST", "/cessions"): BAILLEURS,
    ("POST", "/cessions/reprise"): BAILLEURS,
    ("POST", "/cessions/<uuid:transfer_id>/retrait"): BAILLEURS,
    ("GET", "/bilan"): (*BAILLEURS, *READERS),
    ("POST", "/bilan/accords/<uuid:agreement_id>"): BAILLEURS,
    ("GET", "/quotes-parts"): BAILLEURS,
    ("GET", "/quotes-parts/<int:year>"): BAILLEURS,
    ("GET", "/exploitation"): OPERATOR,
    ("POST", "/exploitation/administrateurs"): OPERATOR,
    ("GET", "/contrats"): (*BAILLEURS, "dpo", "leader", "provider", "operator"),
    ("POST", "/contrats/<uuid:contract_id>/fin"): OPERATOR,
    ("GET", "/attestations/<uuid:certificate_id>.json"): (*BAILLEURS, "dpo", "leader", "provider"),
    ("GET", "/membres"): ADMINISTRATORS,
    ("POST", "/membres/invitations"): ADMINISTRATORS,
    ("POST", "/membres/invitations/<uuid:invitation_id>/renvoyer"): ADMINISTRATORS,
    ("POST", "/membres/invitations/<uuid:invitation_id>/annuler"): ADMINISTRATORS,
    ("GET", "/membres/<uuid:account_id>"): ADMINISTRATORS,
    ("POST", "/membres/<uuid:account_id>/roles"): ADMINISTRATORS,
    ("POST", "/membres/<uuid:account_id>/fermer"): ADMINISTRATORS,
    ("GET", "/droits"): WATCHERS,
    ("GET", "/droits.csv"): WATCHERS,
    ("GET", "/journal"): WATCHERS,
    ("GET", "/isolation"): (*BAILLEURS, "dpo", "operator"),
    ("POST", "/isolation/verifier"): (*BAILLEURS, "dpo", "operator"),
}

API: dict[tuple[str, str], tuple[str, ...]] = {
    ("GET", "allocations"): BAILLEURS,
    ("GET", "allocations/<int(fixed_digits=4, min=2000, max=2100):year>"): BAILLEURS,
    ("GET", "bilans"): (*BAILLEURS, *READERS),
    ("GET", "bilans/<uuid:bilan_id>"): (*BAILLEURS, *READERS),
    ("GET", "calls"): (*HOME, *PROVIDER),
    ("POST", "calls"): FIELD,
    ("PUT", "calls/<uuid:call_id>/intervention"): FIELD,
    # The lead bailleur's finance only: Pluralis does not lead.
    ("POST", "costs"): ("opac38",),
    ("POST", "subsidies"): ("opac38",),
    ("POST", "sharing-keys"): ("opac38",),
    ("GET", "daily-reports"): (*BAILLEURS, "leader", "provider"),
    ("GET", "daily-reports/<uuid:report_id>"): (*BAILLEURS, "leader", "provider"),
    ("GET", "evenings"): (*HOME, *PROVIDER),
    ("GET", "evenings/<day>"): (*HOME, *PROVIDER),
    ("POST", "evenings/<day>/signature"): ("leader",),
    ("POST", "field/sync"): RECORDERS,
    ("POST", "events"): RECORDERS,
    ("GET", "figures"): BAILLEURS,
    ("GET", "interventions"): (*HOME, *PROVIDER),
    ("GET", "memberships"): OPERATOR,
    ("POST", "memberships"): OPERATOR,
    ("GET", "organisations"): OPERATOR,
    ("POST", "organisations/bailleurs"): OPERATOR,
    ("GET", "residences"): (*HOME, *PROVIDER),
    ("GET", "residences/<uuid:residence_id>"): (*HOME, *PROVIDER),
    ("PUT", "residences/<uuid:residence_id>/frequency"): BAILLEURS,
    ("PUT", "residences/<uuid:residence_id>"): BAILLEURS,
    ("PUT", "residences/<uuid:residence_id>/archive"): BAILLEURS,
    ("DELETE", "residences/<uuid:residence_id>/archive"): BAILLEURS,
    ("GET", "residences/<uuid:residence_id>/coverage"): (*HOME, *PROVIDER),
    ("PUT", "residences/<uuid:residence_id>/coverage"): BAILLEURS,
    ("POST", "residences/<uuid:residence_id>/entrances"): BAILLEURS,
    ("POST", "residences/<uuid:residence_id>/buildings"): BAILLEURS,
    ("POST", "residences/<uuid:residence_id>/areas"): BAILLEURS,
    ("PUT", "entrances/<uuid:entrance_id>"): BAILLEURS,
    ("PUT", "entrances/<uuid:entrance_id>/residence"): BAILLEURS,
    ("PUT", "entrances/<uuid:entrance_id>/archive"): BAILLEURS,
    ("GET", "transfers"): BAILLEURS,
    ("POST", "transfers"): BAILLEURS,
    ("POST", "transfers/acceptance"): BAILLEURS,
    ("DELETE", "transfers/<uuid:transfer_id>"): BAILLEURS,
    ("POST", "residences/imports"): BAILLEURS,
    ("GET", "residences/<uuid:residence_id>/notes"): (*HOME, *PROVIDER),
    ("POST", "residences/<uuid:residence_id>/notes"): SITES,
    ("PUT", "notes/<uuid:note_id>/reading"): RECORDERS,
    ("GET", "residences/<uuid:residence_id>/contacts"): (*HOME, *PROVIDER),
    ("POST", "residences/<uuid:residence_id>/contacts"): SITES,
    ("GET", "residences/<uuid:residence_id>/police-access"): (*HOME, *PROVIDER),
    ("PUT", "residences/<uuid:residence_id>/police-access"): SITES,
    ("GET", "residences/<uuid:residence_id>/access-codes"): (*HOME, *PROVIDER),
    ("POST", "residences/<uuid:residence_id>/access-codes"): SITES,
    # An agent's door opens; the code behind it, on duty only.
    ("POST", "access-codes/<uuid:code_id>/reveal"): (*HOME, *RECORDERS),
    ("GET", "access-codes/<uuid:code_id>/reveals"): SITES,
    ("GET", "sharing-agreements"): BAILLEURS,
    ("POST", "sharing-agreements/<uuid:agreement_id>/signature"): BAILLEURS,
    ("DELETE", "sharing-agreements/<uuid:agreement_id>/signature"): BAILLEURS,
    ("GET", "summonses"): BAILLEURS,
    ("POST", "summonses"): BAILLEURS,
    ("GET", "visits"): (*HOME, *PROVIDER),
    ("POST", "visits"): RECORDERS,
}
