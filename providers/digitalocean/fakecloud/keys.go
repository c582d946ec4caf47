package fakecloud

import (
	"net/http"
	"slices"
	"strconv"

	"golang.org/x/crypto/ssh"
)

type key struct {
	ID          int    `json:"id"`
	Fingerprint string `json:"fingerprint"`
	PublicKey   string `json:"public_key"`
	Name        string `json:"name"`
}

// findKey finds a key by its number or fingerprint.
func (c *Cloud) findKey(id string) *key {
	for _, k := range c.state.Keys {
		if strconv.Itoa(k.ID) == id || k.Fingerprint == id {
			return k
		}
	}
	return nil
}

func (c *Cloud) listKeys(k *call) { page(k, "ssh_keys", c.state.Keys) }

func (c *Cloud) getKey(k *call) {
	found := c.findKey(k.path("id"))
	if found == nil {
		k.notFound()
		return
	}
	k.answer(http.StatusOK, map[string]any{"ssh_key": found})
}

func (c *Cloud) createKey(k *call) {
	var ask key
	if !k.read(&ask) {
		return
	}
	public, _, _, _, err := ssh.ParseAuthorizedKey([]byte(ask.PublicKey))
	if err != nil {
		k.unprocessable("Key invalid, key should be of the format `type key [comment]`")
		return
	}
	made := &key{Fingerprint: ssh.FingerprintLegacyMD5(public), PublicKey: ask.PublicKey, Name: ask.Name}
	if c.findKey(made.Fingerprint) != nil {
		k.unprocessable("SSH Key is already in use on your account")
		return
	}
	made.ID = c.nextID()
	c.state.Keys = append(c.state.Keys, made)
	k.answer(http.StatusCreated, map[string]any{"ssh_key": made})
}

func (c *Cloud) deleteKey(k *call) {
	found := c.findKey(k.path("id"))
	if found == nil {
		k.notFound()
		return
	}
	c.state.Keys = slices.DeleteFunc(c.state.Keys, func(o *key) bool { return o == found })
	k.answer(http.StatusNoContent, nil)
}
