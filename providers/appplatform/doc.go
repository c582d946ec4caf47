// Package appplatform is the platform of apps on DigitalOcean's App Platform: it makes
// the account a container registry if it has none, builds the app's image with a Docker
// engine here, pushes it there, and has App Platform run as many instances of it as are
// wanted behind its load balancer.
//
// A deployment never has two apps, and none that nobody knows of. An app's name is made
// of the deployment's name and of its tag's digest, and a variable in its spec,
// [TagVariable], has the whole tag, which proves whose it is. A create call is sent once;
// if its answer is lost, the provider looks for what the call made.
//
// App Platform starts a new release beside the one before and moves the traffic once it
// is healthy, so one that fails never has visitors.
//
// The token is sent to the API's own address only, and is in no error, log or String.
// So are the values of variables.
package appplatform
