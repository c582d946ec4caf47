package fakecloud

// registryHandlers are all calls about the container registry.
func (c *Cloud) registryHandlers() map[string]func(*call) {
	const repository = "/v2/registry/{registry}/repositories/{repository}"
	return map[string]func(*call){
		"GET /v2/registry":                    c.getRegistry,
		"POST /v2/registry":                   c.createRegistry,
		"DELETE /v2/registry":                 c.deleteRegistry,
		"GET /v2/registry/subscription":       c.getSubscription,
		"POST /v2/registry/subscription":      c.updateSubscription,
		"GET /v2/registry/docker-credentials": c.getDockerCredentials,
		"POST /v2/registry/validate-name":     c.validateRegistryName,

		"GET /v2/registry/{registry}/repositories":   c.listRepositories,
		"GET /v2/registry/{registry}/repositoriesV2": c.listRepositoriesV2,

		"GET " + repository + "/tags":                c.listRepositoryTags,
		"DELETE " + repository + "/tags/{tag}":       c.deleteRepositoryTag,
		"GET " + repository + "/digests":             c.listRepositoryManifests,
		"DELETE " + repository + "/digests/{digest}": c.deleteRepositoryManifest,
	}
}

// databaseHandlers are all calls about managed databases.
func (c *Cloud) databaseHandlers() map[string]func(*call) {
	const cluster = "/v2/databases/{id}"
	return map[string]func(*call){
		"GET /v2/databases/options": c.getDatabaseOptions,

		"GET /v2/databases":      c.listDatabaseClusters,
		"POST /v2/databases":     c.createDatabaseCluster,
		"GET " + cluster:         c.getDatabaseCluster,
		"DELETE " + cluster:      c.deleteDatabaseCluster,
		"GET " + cluster + "/ca": c.getDatabaseCA,

		"PUT " + cluster + "/resize":   c.resizeDatabaseCluster,
		"GET " + cluster + "/events":   c.listDatabaseEvents,
		"GET " + cluster + "/backups":  c.listDatabaseBackups,
		"GET " + cluster + "/firewall": c.listDatabaseRules,
		"PUT " + cluster + "/firewall": c.updateDatabaseRules,

		"GET " + cluster + "/users":                    c.listDatabaseUsers,
		"POST " + cluster + "/users":                   c.createDatabaseUser,
		"GET " + cluster + "/users/{name}":             c.getDatabaseUser,
		"DELETE " + cluster + "/users/{name}":          c.deleteDatabaseUser,
		"POST " + cluster + "/users/{name}/reset_auth": c.resetDatabaseUser,

		"GET " + cluster + "/dbs":           c.listDatabaseDBs,
		"POST " + cluster + "/dbs":          c.createDatabaseDB,
		"GET " + cluster + "/dbs/{name}":    c.getDatabaseDB,
		"DELETE " + cluster + "/dbs/{name}": c.deleteDatabaseDB,
	}
}
