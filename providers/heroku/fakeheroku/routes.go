package fakeheroku

import (
	"maps"
	"net/http"
)

// handlers are all calls of the API that are answered, as patterns of http.ServeMux.
func (h *Heroku) handlers() map[string]func(*call) {
	all := h.accountHandlers()
	maps.Copy(all, h.codeHandlers())
	maps.Copy(all, h.runHandlers())
	return all
}

func (h *Heroku) accountHandlers() map[string]func(*call) {
	return map[string]func(*call){
		"GET /account":             h.getAccount,
		"GET /account/rate-limits": h.getRateLimit,
		"GET /teams":               h.listTeams,
		"GET /teams/{team}":        h.getTeam,
		"GET /regions":             h.listRegions,
		"GET /regions/{region}":    h.getRegion,
		"GET /stacks":              h.listStacks,
		"GET /stacks/{stack}":      h.getStack,
		"GET /dyno-sizes":          h.listSizes,
		"GET /dyno-sizes/{size}":   h.getSize,

		"GET /addon-services":                        h.listServices,
		"GET /addon-services/{service}":              h.getService,
		"GET /addon-services/{service}/plans":        h.listPlans,
		"GET /addon-services/{service}/plans/{plan}": h.getPlan,
		"GET /plans/{plan}":                          h.getPlan,

		"POST /apps":              h.createApp,
		"POST /teams/apps":        h.createTeamApp,
		"GET /apps":               h.listApps,
		"GET /users/{user}/apps":  h.listApps,
		"GET /apps/{app}":         h.app(h.getApp),
		"GET /teams/{team}/{app}": h.teamApps,
		"PATCH /apps/{app}":       h.app(h.updateApp),
		"DELETE /apps/{app}":      h.app(h.deleteApp),

		"GET /apps/{app}/features":             h.app(h.listFeatures),
		"GET /apps/{app}/features/{feature}":   h.app(h.getFeature),
		"PATCH /apps/{app}/features/{feature}": h.app(h.updateFeature),

		"GET /apps/{app}/config-vars":                    h.app(h.getVars),
		"PATCH /apps/{app}/config-vars":                  h.app(h.updateVars),
		"GET /apps/{app}/releases/{release}/config-vars": h.app(h.getReleaseVars),
	}
}

// codeHandlers are about what an app runs.
func (h *Heroku) codeHandlers() map[string]func(*call) {
	return map[string]func(*call){
		"POST /sources":            h.createSource,
		"POST /apps/{app}/sources": h.app(func(k *call, _ *app) { h.createSource(k) }),

		"GET /apps/{app}/buildpack-installations": h.app(h.listBuildpacks),
		"PUT /apps/{app}/buildpack-installations": h.app(h.updateBuildpacks),
		"POST /apps/{app}/builds":                 h.app(h.createBuild),
		"GET /apps/{app}/builds":                  h.app(h.listBuilds),
		"GET /apps/{app}/builds/{build}":          h.app(h.getBuild),
		"DELETE /apps/{app}/builds/{build}":       h.app(h.cancelBuild),
		"GET /apps/{app}/slugs/{slug}":            h.app(h.getSlug),

		"GET /apps/{app}/releases":           h.app(h.listReleases),
		"GET /apps/{app}/releases/{release}": h.app(h.getRelease),
		"POST /apps/{app}/releases":          h.app(h.createRelease),
	}
}

// runHandlers are about what of an app runs.
func (h *Heroku) runHandlers() map[string]func(*call) {
	return map[string]func(*call){
		"GET /apps/{app}/formation":          h.app(h.listFormation),
		"GET /apps/{app}/formation/{type}":   h.app(h.getFormation),
		"PATCH /apps/{app}/formation":        h.app(h.updateFormation),
		"PATCH /apps/{app}/formation/{type}": h.app(h.updateProcess),

		"POST /apps/{app}/dynos":                     h.app(h.createDyno),
		"GET /apps/{app}/dynos":                      h.app(h.listDynos),
		"GET /apps/{app}/dynos/{dyno}":               h.app(h.getDyno),
		"DELETE /apps/{app}/dynos":                   h.app(h.restartDynos),
		"DELETE /apps/{app}/dynos/{dyno}":            h.app(h.restartDyno),
		"DELETE /apps/{app}/formations/{type}":       h.app(h.restartType),
		"POST /apps/{app}/dynos/{dyno}/actions/stop": h.app(h.stopDyno),

		"POST /apps/{app}/addons":           h.app(h.createAddOn),
		"GET /apps/{app}/addons":            h.app(h.listAppAddOns),
		"GET /apps/{app}/addons/{addon}":    h.app(h.getAddOn),
		"DELETE /apps/{app}/addons/{addon}": h.app(h.deleteAddOn),
		"GET /addons":                       h.listAddOns,
		"GET /addons/{addon}":               h.getAnyAddOn,

		"POST /apps/{app}/log-sessions": h.app(h.createLogSession),
	}
}

// outsideRoutes are the calls that at Heroku go to other hosts.
func (h *Heroku) outsideRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT "+OutsidePath+"sources/{id}", h.putSource)
	mux.HandleFunc("GET "+OutsidePath+"sources/{id}", h.readSource)
	mux.HandleFunc("GET "+OutsidePath+"output/{id}", h.readOutput)
	mux.HandleFunc("GET "+OutsidePath+"logs/{id}", h.readLog)
	mux.HandleFunc("GET "+ControlPath+"contents", h.controlContents)
	mux.HandleFunc("GET "+ControlPath+"requests", h.controlRequests)
	mux.HandleFunc("POST "+ControlPath+"faults", h.controlFaults)
	return mux
}

// app finds the call's app, or says that it is not there or not the account's.
func (h *Heroku) app(handle func(*call, *app)) func(*call) {
	return func(k *call) {
		name := k.path("app")
		a := h.appByIdentity(name)
		switch {
		case a == nil && h.taken(name):
			k.fail(http.StatusForbidden, "forbidden", "You do not have access to the app "+name+".")
		case a == nil, h.notYet(k, a.ID):
			k.notFound("app")
		default:
			handle(k, a)
		}
	}
}

// teamApps tells the two calls apart that http.ServeMux can't: the apps of a team, and
// one app of any team.
func (h *Heroku) teamApps(k *call) {
	switch {
	case k.path("team") == "apps":
		h.app(h.getTeamApp)(k)
	case k.path("app") == "apps":
		h.listTeamApps(k)
	default:
		k.notFound("team")
	}
}
