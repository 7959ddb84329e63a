// Package portmove works out what has to change in a repository where an image listens on
// another port: EXPOSE and HEALTHCHECK of its Dockerfile, the configuration files of the
// server that it copies, ports, expose and health checks
// of the Compose services that run it, and in manifests containerPort, probes and the
// targetPort of Services.
//
//	m, err := portmove.Of(pass, stage, 80, 8080)
//	m.Edit(draft)
//
// What always holds:
//
//   - What is seen from outside stays: published ports of the host, ports of Services,
//     host ports. A port that is named is moved where the name is given, and nowhere else.
//   - All places move or none does. A place that may mean the port and cannot be changed
//     soundly is an error, which says where it is.
package portmove
