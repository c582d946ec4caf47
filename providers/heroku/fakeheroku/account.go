package fakeheroku

import "net/http"

func (h *Heroku) getAccount(k *call) {
	k.answer(http.StatusOK, object{
		"allow_tracking": true, "beta": false, "created_at": longAgo, "email": h.options.Email, "federated": false,
		"id": h.state.AccountID, "identity_provider": nil, "last_login": longAgo, "name": "Olga Operator", "sms_number": nil,
		"suspended_at": nil, "delinquent_at": nil, "two_factor_authentication": true, "updated_at": longAgo,
		"verified": !h.faults.Unverified, "country_of_residence": "Germany", "default_organization": nil, "default_team": nil,
	})
}

func (h *Heroku) getRateLimit(k *call) {
	k.answer(http.StatusOK, object{"remaining": h.remaining()})
}

func (h *Heroku) user() object { return object{"id": h.state.AccountID, "email": h.options.Email} }

func (h *Heroku) teamByIdentity(identity string) (team, bool) {
	for _, t := range h.state.Teams {
		if t.ID == identity || t.Name == identity {
			return t, true
		}
	}
	return team{}, false
}

func teamJSON(t team) object {
	return object{
		"id": t.ID, "created_at": longAgo, "credit_card_collections": true, "default": false, "enterprise_account": nil,
		"identity_provider": nil, "membership_limit": 25, "name": t.Name, "provisioned_licenses": false, "role": "admin",
		"type": "team", "updated_at": longAgo,
	}
}

func (h *Heroku) listTeams(k *call) {
	var all []object
	for _, t := range h.state.Teams {
		all = append(all, teamJSON(t))
	}
	k.list(all)
}

func (h *Heroku) getTeam(k *call) {
	t, ok := h.teamByIdentity(k.path("team"))
	if !ok {
		k.notFound("team")
		return
	}
	k.answer(http.StatusOK, teamJSON(t))
}
