package image

import "time"

// A Config is what a registry reports of an image: the part of its configuration
// that hardening needs. Nothing here fetches one. Who does passes it to
// the engine as a fact, where it outranks the table, being about these very
// bytes and not about a family.
type Config struct {
	// At is when the registry said so, UTC; zero where that is not known.
	At time.Time

	User         string            // as in USER: "", "1000", "1000:1000", "nobody"
	Entrypoint   []string          // nil when unset
	Cmd          []string          // nil when unset
	Env          []string          // NAME=value
	ExposedPorts []string          // "8080/tcp", sorted
	Volumes      []string          // paths, sorted
	StopSignal   string            // "" is SIGTERM
	WorkingDir   string            // "" is "/"
	Labels       map[string]string // nil when there are none
	Healthcheck  []string          // Test in Docker's form: NONE, CMD …, CMD-SHELL …
}
