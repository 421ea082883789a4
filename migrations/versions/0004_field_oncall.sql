-- « This evening's figures must be counted again »: one line per batch, never updated. Kind: bailleur.
create table presence.evening_marker (
  id UUID NOT NULL,
  evening_on DATE NOT NULL,
  marked_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_evening_marker PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_evening_marker_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_evening_marker_evening_on ON presence.evening_marker (evening_on);

-- Visit (passage) of an entrance by the agents, or the reason why it was not made. Kind: bailleur.
create table presence.visit (
  residence_id UUID NOT NULL,
  entrance_id UUID NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  received_at TIMESTAMP WITH TIME ZONE DEFAULT app.now() NOT NULL,
  result TEXT NOT NULL,
  not_done_reason TEXT,
  account_id UUID,
  content_hash TEXT NOT NULL,
  id UUID NOT NULL,
  evening_on DATE NOT NULL,
  prestataire_id INTEGER NOT NULL,
  scheme_id INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_visit PRIMARY KEY (id, evening_on, bailleur_id),
  CONSTRAINT fk_visit_bailleur_id_residence_id_entrance_id FOREIGN KEY(bailleur_id, residence_id, entrance_id) REFERENCES presence.entrance (bailleur_id, residence_id, id),
  CONSTRAINT ck_visit_result CHECK (result in ('nothing_to_report', 'intervention', 'anomaly', 'not_done')),
  CONSTRAINT ck_visit_not_done_reason CHECK (not_done_reason in ('no_access', 'team_safety', 'no_time', 'works', 'other')),
  CONSTRAINT ck_visit_reason CHECK ((result = 'not_done') = (not_done_reason is not null)),
  CONSTRAINT fk_visit_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_visit_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_visit_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
)
 PARTITION BY RANGE (evening_on);

create INDEX ix_visit_days ON presence.visit USING brin (evening_on);

create INDEX ix_visit_evening ON presence.visit (bailleur_id, evening_on, residence_id);

-- Intervention: what the agents did about a situation, during a visit. Kind: bailleur.
create table presence.intervention (
  visit_id UUID NOT NULL,
  residence_id UUID NOT NULL,
  entrance_id UUID NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  area TEXT NOT NULL,
  situation TEXT NOT NULL,
  outcome TEXT NOT NULL,
  origin TEXT NOT NULL,
  people_band TEXT NOT NULL,
  police_force TEXT,
  police_called_at TIMESTAMP WITH TIME ZONE,
  police_arrived_at TIMESTAMP WITH TIME ZONE,
  account_id UUID,
  id UUID NOT NULL,
  evening_on DATE NOT NULL,
  prestataire_id INTEGER NOT NULL,
  scheme_id INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_intervention PRIMARY KEY (id, evening_on, bailleur_id),
  CONSTRAINT fk_intervention_visit_id_bailleur_id_evening_on FOREIGN KEY(visit_id, bailleur_id, evening_on) REFERENCES presence.visit (id, bailleur_id, evening_on),
  CONSTRAINT ck_intervention_area CHECK (area in ('hall', 'stairwell', 'landing', 'corridor', 'lift', 'cellar', 'basement', 'underground_parking', 'outdoor_parking', 'garage_box', 'bin_room', 'bike_room', 'technical_room', 'roof', 'courtyard', 'garden', 'playground', 'forecourt', 'shared_room', 'mailboxes', 'entrance_door', 'other_outdoor')),
  CONSTRAINT ck_intervention_situation CHECK (situation in ('gathering', 'area_occupied', 'noise', 'neighbour_dispute', 'damage', 'intrusion', 'vehicle', 'waste', 'animal', 'verbal_abuse', 'violence', 'fire', 'suspected_dealing', 'person_in_distress', 'other')),
  CONSTRAINT ck_intervention_outcome CHECK (outcome in ('calmed', 'dispersed', 'persists', 'withdrew', 'nobody_found', 'handed_over')),
  CONSTRAINT ck_intervention_origin CHECK (origin in ('round', 'resident_call', 'landlord_request', 'partner_request')),
  CONSTRAINT ck_intervention_people_band CHECK (people_band in ('0', '1-2', '3-5', '6-10', '11+')),
  CONSTRAINT ck_intervention_police_force CHECK (police_force in ('national_police', 'gendarmerie', 'municipal_police')),
  CONSTRAINT ck_intervention_police CHECK ((police_force is null) = (police_called_at is null)),
  CONSTRAINT fk_intervention_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_intervention_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_intervention_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
)
 PARTITION BY RANGE (evening_on);

create INDEX ix_intervention_days ON presence.intervention USING brin (evening_on);

create INDEX ix_intervention_evening ON presence.intervention (bailleur_id, evening_on, residence_id);

-- A call to the scheme's number about a covered residence. Kind: bailleur.
create table presence.call (
  id UUID NOT NULL,
  prestataire_id INTEGER NOT NULL,
  scheme_id INTEGER NOT NULL,
  residence_id UUID NOT NULL,
  evening_on DATE NOT NULL,
  called_at TIMESTAMP WITH TIME ZONE NOT NULL,
  need TEXT NOT NULL,
  urgency TEXT NOT NULL,
  intervention_id UUID,
  account_id UUID,
  content_hash TEXT NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_call PRIMARY KEY (id, bailleur_id),
  CONSTRAINT fk_call_bailleur_id_residence_id FOREIGN KEY(bailleur_id, residence_id) REFERENCES presence.residence (bailleur_id, id),
  CONSTRAINT fk_call_intervention_id_bailleur_id_evening_on FOREIGN KEY(intervention_id, bailleur_id, evening_on) REFERENCES presence.intervention (id, bailleur_id, evening_on),
  CONSTRAINT ck_call_need CHECK (need in ('gathering', 'area_occupied', 'noise', 'neighbour_dispute', 'damage', 'intrusion', 'vehicle', 'waste', 'animal', 'verbal_abuse', 'violence', 'fire', 'suspected_dealing', 'person_in_distress', 'other')),
  CONSTRAINT ck_call_urgency CHECK (urgency in ('immediate', 'tonight', 'information')),
  CONSTRAINT fk_call_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_call_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_call_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
);

create INDEX ix_call_bailleur_id_evening_on ON presence.call (bailleur_id, evening_on);

-- One of an intervention's actions: several may go together, hence totals over 100 %. Kind: bailleur.
create table presence.intervention_action (
  intervention_id UUID NOT NULL,
  evening_on DATE NOT NULL,
  action TEXT NOT NULL,
  prestataire_id INTEGER NOT NULL,
  scheme_id INTEGER NOT NULL,
  bailleur_id INTEGER NOT NULL,
  CONSTRAINT pk_intervention_action PRIMARY KEY (intervention_id, evening_on, action, bailleur_id),
  CONSTRAINT fk_intervention_action_intervention_id_bailleur_id_evening_on FOREIGN KEY(intervention_id, bailleur_id, evening_on) REFERENCES presence.intervention (id, bailleur_id, evening_on),
  CONSTRAINT ck_intervention_action_action CHECK (action in ('mediation', 'house_rules_reminder', 'police_request', 'emergency_call', 'social_referral', 'landlord_oncall', 'made_safe', 'observation')),
  CONSTRAINT fk_intervention_action_prestataire_id FOREIGN KEY(prestataire_id) REFERENCES presence.organisation (id),
  CONSTRAINT fk_intervention_action_scheme_id FOREIGN KEY(scheme_id) REFERENCES presence.scheme (id),
  CONSTRAINT fk_intervention_action_bailleur_id FOREIGN KEY(bailleur_id) REFERENCES presence.organisation (id)
)
 PARTITION BY RANGE (evening_on);
