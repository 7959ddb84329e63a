// Package topology says which image runs where: which Dockerfile of the
// repository builds the image that a Compose service or a Kubernetes container
// runs, and what that build is sent. It also says which Kubernetes Services lie
// beside a workload.
//
// A link is certain when a Compose service both builds and names the image.
// A link by name, an image whose last part is the name of the directory that
// holds a Dockerfile, is only likely; whoever uses it must say so. So is one to the
// only Dockerfile, or to what another Compose file builds under the name of a service.
package topology
