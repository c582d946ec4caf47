package fakecloud

import "net/http"

func (c *Cloud) getAccount(k *call) {
	status, message := "active", ""
	switch {
	case c.faults.Locked:
		status, message = "locked", "Your account is locked. Please contact support."
	case c.faults.Warned:
		status, message = "warning", "Your account has an unpaid invoice."
	}
	k.answer(http.StatusOK, map[string]any{"account": map[string]any{
		"droplet_limit": c.dropletLimit(), "floating_ip_limit": 3, "email": "operator@example.com", "name": "Operator",
		"uuid": "b6fr89dbf6d9156cace5f3c78dc9851d957381ef", "email_verified": true,
		"status": status, "status_message": message,
		"team": map[string]string{"uuid": "5df3e3004a17e242b7c20ca6c9fc25b701a47ece", "name": "My Team"},
	}})
}
