// Package docker runs an app in a Docker engine on this computer.
package docker
