package image

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Fact is one thing that is known of an image, with where it comes from. The
// zero value is a fact that is not known.
type Fact[T any] struct {
	Value  T
	Known  bool
	Proven bool      // the registry reported it, or the table's sources prove it
	From   Statement // for people
}

// fromRegistry is a fact of the registry's configuration.
func fromRegistry[T any](k *Knowledge, value T, field string) Fact[T] {
	said := k.Name + " has " + field
	if at := k.Config.At; !at.IsZero() {
		said += ", as of " + at.Format(time.DateOnly)
	}
	return Fact[T]{Value: value, Known: true, Proven: true, From: Statement{Text: said, Registry: true}}
}

// fromTable is a fact of the image table.
func fromTable[T any](e *Entry, value T, f Field) Fact[T] {
	return Fact[T]{Value: value, Known: true, Proven: e.Verified(f), From: e.Evidence(f)}
}

// User is what a container of the image starts as.
func (k *Knowledge) User() Fact[Identity] {
	switch {
	case k.Config != nil:
		return fromRegistry(k, k.user(), "USER "+strconv.Quote(k.Config.User))
	case k.Entry != nil:
		return fromTable(k.Entry, k.Entry.Default, FieldDefault)
	}
	return Fact[Identity]{}
}

// user reads the USER that the registry reported. The number of a name is that of
// the account the base is known to have.
func (k *Knowledge) user() Identity {
	user := ParseUser(k.Config.User)
	if a, ok := k.Base.Account(user.Name); ok && !user.KnownUID {
		user.UID, user.GID, user.KnownUID, user.KnownGID = a.UID, a.GID, true, true
	}
	return user
}

// Entrypoint is the image's ENTRYPOINT, empty where it has none.
func (k *Knowledge) Entrypoint() Fact[[]string] {
	switch {
	case k.Config != nil:
		return fromRegistry(k, k.Config.Entrypoint, "the ENTRYPOINT "+strings.Join(k.Config.Entrypoint, " "))
	case k.HasBase && k.Base.Entrypoint != nil:
		return Fact[[]string]{Value: k.Base.Entrypoint, Known: true, Proven: k.Base.Verified(BaseEntrypoint), From: k.Base.Evidence(BaseEntrypoint)}
	}
	return Fact[[]string]{}
}

// Ports are what the image listens on as the table knows it, else what its
// registry reports that it exposes.
func (k *Knowledge) Ports() Fact[[]Port] {
	switch {
	case k.Entry != nil && len(k.Entry.Ports) > 0:
		return fromTable(k.Entry, k.Entry.Ports, FieldPorts)
	case k.Config != nil:
		return fromRegistry(k, exposed(k.Config.ExposedPorts), "EXPOSE "+strings.Join(k.Config.ExposedPorts, " "))
	}
	return Fact[[]Port]{}
}

// exposed reads "8080/tcp" and "3000-3005/udp".
func exposed(list []string) []Port {
	var out []Port
	for _, text := range list {
		number, protocol, _ := strings.Cut(text, "/")
		first, last, _ := strings.Cut(number, "-")
		n, err := strconv.Atoi(first)
		if err != nil {
			continue
		}
		port := Port{Number: n, Protocol: cmp.Or(protocol, "tcp")}
		port.Last, _ = strconv.Atoi(last)
		out = append(out, port)
	}
	return out
}

// Volumes are the paths that the image declares as VOLUME.
func (k *Knowledge) Volumes() Fact[[]Volume] {
	switch {
	case k.Config != nil:
		return fromRegistry(k, volumesFrom(k.Config.Volumes, k.tableVolumes), "VOLUME "+strings.Join(k.Config.Volumes, " "))
	case k.Entry != nil:
		return fromTable(k.Entry, k.Entry.Volumes, FieldVolumes)
	}
	return Fact[[]Volume]{}
}

// volumesFrom keeps the table's notes on the volumes that are there.
func volumesFrom(paths []string, noted []Volume) []Volume {
	out := make([]Volume, 0, len(paths))
	for _, at := range paths {
		v := Volume{Path: at}
		if i := slices.IndexFunc(noted, func(n Volume) bool { return n.Path == at }); i >= 0 {
			v = noted[i]
		}
		out = append(out, v)
	}
	return out
}

// HasHealthcheck says whether the image checks its own health.
func (k *Knowledge) HasHealthcheck() Fact[bool] {
	switch {
	case k.Config != nil:
		has := len(k.Config.Healthcheck) > 0 && k.Config.Healthcheck[0] != "NONE"
		return fromRegistry(k, has, "the HEALTHCHECK "+strings.Join(k.Config.Healthcheck, " "))
	case k.Entry != nil:
		return fromTable(k.Entry, k.Entry.Healthcheck.Builtin, FieldHealthcheck)
	}
	return Fact[bool]{}
}

// Cmd is the image's CMD, empty where it has none. No table holds it.
func (k *Knowledge) Cmd() Fact[[]string] {
	return configured(k, func(c *Config) ([]string, string) { return c.Cmd, "CMD" })
}

// Env is the image's environment, as NAME=value. No table holds it.
func (k *Knowledge) Env() Fact[[]string] {
	return configured(k, func(c *Config) ([]string, string) { return c.Env, "ENV" })
}

// StopSignal is the signal that ends the image's process; "" is SIGTERM. No
// table holds it.
func (k *Knowledge) StopSignal() Fact[string] {
	return configured(k, func(c *Config) (string, string) { return c.StopSignal, "STOPSIGNAL" })
}

// Labels are the image's labels. No table holds them.
func (k *Knowledge) Labels() Fact[map[string]string] {
	return configured(k, func(c *Config) (map[string]string, string) { return c.Labels, "LABEL" })
}

// configured is a fact that only a registry's configuration holds.
func configured[T any](k *Knowledge, read func(*Config) (value T, field string)) Fact[T] {
	if k.Config == nil {
		return Fact[T]{}
	}
	value, field := read(k.Config)
	return fromRegistry(k, value, field)
}
