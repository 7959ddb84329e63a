package prove

import (
	"cmp"
	"fmt"
	"os"
	"time"
)

// How long things may take where nothing else is said.
const (
	BuildTime = 20 * time.Minute // base images are downloaded first
	StartTime = 30 * time.Second
	ProbeTime = 5 * time.Second
)

// Options bound what is done.
type Options struct {
	Build time.Duration // of one image; 0 is BuildTime
	Start time.Duration // until a container answers; 0 is StartTime
	Probe time.Duration // of one request; 0 is ProbeTime

	BuildNetwork string // of builds, as the engine calls it; "" is that of BuildNetworkVariable, else the engine's own
	Memory       string // limit of a container, as the engine writes it; "" is 1g

	Keep bool // the images
}

// BuildNetworkVariable holds the network of builds, for where no flag does.
const BuildNetworkVariable = "OAKUM_BUILD_NETWORK"

func (o Options) network() string { return cmp.Or(o.BuildNetwork, os.Getenv(BuildNetworkVariable)) }

func (o Options) build() time.Duration { return cmp.Or(o.Build, BuildTime) }
func (o Options) start() time.Duration { return cmp.Or(o.Start, StartTime) }
func (o Options) probe() time.Duration { return cmp.Or(o.Probe, ProbeTime) }
func (o Options) memory() string       { return cmp.Or(o.Memory, "1g") }

// Check refuses times that nothing can take.
func (o Options) Check() error {
	for _, d := range []struct {
		flag string
		time time.Duration
	}{{"--build-timeout", o.Build}, {"--start-timeout", o.Start}, {"--probe-timeout", o.Probe}} {
		if d.time <= 0 {
			return fmt.Errorf("%s: %s is too short", d.flag, d.time)
		}
	}
	return nil
}

// mostProcesses limits the processes of a container.
const mostProcesses = "512"
