package prove

import (
	"cmp"
	"time"
)

// Options bound what is done.
type Options struct {
	Build time.Duration // of one image; 0 is 20 minutes: base images are downloaded first
	Start time.Duration // until a container answers; 0 is 30 seconds
	Probe time.Duration // of one request; 0 is 5 seconds

	BuildNetwork string // of builds, as the engine calls it; "" is the engine's own
	Memory       string // limit of a container, as the engine writes it; "" is 1g

	Keep bool // the images
}

func (o Options) build() time.Duration { return cmp.Or(o.Build, 20*time.Minute) }
func (o Options) start() time.Duration { return cmp.Or(o.Start, 30*time.Second) }
func (o Options) probe() time.Duration { return cmp.Or(o.Probe, 5*time.Second) }
func (o Options) memory() string       { return cmp.Or(o.Memory, "1g") }

// mostProcesses limits the processes of a container.
const mostProcesses = "512"
