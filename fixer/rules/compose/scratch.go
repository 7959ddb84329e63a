package compose

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/docker/go-units"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
	"github.com/oakum-sec/oakum/fixer/container"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// tmpfsEntry writes a tmpfs for a path. Over a folder of the image it takes
// that folder's mode but belongs to root, so for another user it has to be
// given to them unless everybody may write there.
func tmpfsEntry(at image.WritablePath, user image.Identity) string {
	var options []string
	if at.Exec {
		options = append(options, "exec")
	}
	switch {
	case at.Everybody():
	case !user.KnownUID && user.Name != "root": // the directory keeps root as its owner, whoever that is
		options = append(options, "mode=1777")
	case user.IsNonRoot():
		options = append(options, fmt.Sprintf("uid=%d", user.UID))
		if user.KnownGID {
			options = append(options, fmt.Sprintf("gid=%d", user.GID))
		}
		options = append(options, "mode=0755")
	}
	if at.Size != "" {
		options = append(options, "size="+at.Size)
	}
	if len(options) == 0 {
		return at.Path
	}
	return at.Path + ":" + strings.Join(options, ",")
}

// tmpfsOf writes a tmpfs for each path.
func tmpfsOf(list []image.WritablePath, user image.Identity) []string {
	var out []string
	for _, at := range list {
		out = append(out, tmpfsEntry(at, user))
	}
	return out
}

// tmpfsFor writes a tmpfs for each path that a decision asks for.
func tmpfsFor(d container.ReadOnlyDecision) []string { return tmpfsOf(d.Scratch, d.User) }

// A scratchForm is how a file mounts empty directories.
type scratchForm struct {
	volumes bool // as volumes of type tmpfs, and not with the key tmpfs
	sized   bool // these take a size
}

func scratchFormOf(p *fixer.Pass) scratchForm {
	return scratchForm{volumes: ofStack.Of(p), sized: stackTakes(p, 6)}
}

// mountScratch mounts an empty directory for each entry of tmpfs. In a stack it is a volume of
// type tmpfs, to which everybody may write: docker stack deploy ignores the key tmpfs without
// a word.
func mountScratch(draft *fixer.Draft, form scratchForm, v compose.View, entries ...string) error {
	if !form.volumes || len(entries) == 0 {
		return add(draft, v, "tmpfs", entries...)
	}
	if inheritsMappings(v) {
		return fixer.Refuse("add the volumes of type tmpfs by hand: the service takes its volumes from a merge key, which a list of its own replaces")
	}
	volumes := make([]any, len(entries))
	for i, entry := range entries {
		volumes[i] = tmpfsVolume(entry, form.sized)
	}
	return write(draft, v, "volumes", func(part compose.Part) []yamldoc.Op {
		at := part.Path.Join("volumes")
		if local, all := part.Node.Own("volumes"), part.Node.Get("volumes"); local == nil && !all.Null() {
			var list []any
			for _, s := range texts(all) {
				list = append(list, s)
			}
			return []yamldoc.Op{yamldoc.Extend(at, append(list, volumes...))}
		}
		ops := make([]yamldoc.Op, len(volumes))
		for i, volume := range volumes {
			ops[i] = yamldoc.Append(at, volume)
		}
		return ops
	})
}

// tmpfsVolume writes an entry of tmpfs as a volume, which takes a size of its options, in
// bytes.
func tmpfsVolume(entry string, sized bool) yamldoc.Map {
	at, options, _ := strings.Cut(entry, ":")
	out := yamldoc.Map{{Key: "type", Value: "tmpfs"}, {Key: "target", Value: path.Clean(at)}}
	for option := range strings.SplitSeq(options, ",") {
		size, ok := strings.CutPrefix(option, "size=")
		if bytes, err := units.RAMInBytes(size); sized && ok && err == nil {
			out = append(out, yamldoc.Pair{Key: "tmpfs", Value: yamldoc.Map{{Key: "size", Value: int(bytes)}}})
		}
	}
	return out
}

// inheritsMappings reports whether the volumes of a service come from a merge key and are not
// all text, so that they cannot be written out in the service.
func inheritsMappings(v compose.View) bool {
	part, _ := v.Place("volumes")
	return part.Node != nil && part.Node.Own("volumes") == nil &&
		slices.ContainsFunc(part.Node.Get("volumes").List(), func(n *yamldoc.Node) bool { return n.Text() == "" })
}

// heedStack leaves to a person what a stack has no empty directories for.
func heedStack(p *fixer.Pass, v compose.View, scratch []image.WritablePath, d *container.Decision) {
	if d.Level == fixer.Manual || !ofStack.Of(p) {
		return
	}
	advise := func(format string, args ...any) {
		d.Level, d.Advice = fixer.Manual, fmt.Sprintf(format, args...)
	}
	exec := slices.IndexFunc(scratch, func(at image.WritablePath) bool { return at.Exec })
	switch {
	case !v.Setting("tmpfs").Node.Null():
		advise("Write a volume of type tmpfs in place of each entry of tmpfs first: docker stack deploy ignores that key")
	case len(scratch) == 0:
	case !stackTakes(p, 2):
		advise("Set version to \"3.6\" first: docker stack deploy ignores the key tmpfs, and takes volumes of type tmpfs from later versions on")
	case exec >= 0:
		advise("Mount a named volume at %s first: the service starts files there, and a volume of type tmpfs, the only one that docker stack deploy takes, does not let it", scratch[exec].Path)
	default:
		d.Evidence = append(d.Evidence, fixer.Evidence{Kind: fixer.FromPlatform, Source: "Docker",
			Text: "docker stack deploy ignores the key tmpfs and takes volumes of type tmpfs, as docker compose does"})
	}
}

// addRoom mounts a tmpfs at each path of the parameter where nothing is mounted, or an
// anonymous volume where a person asks for one: it takes no memory, and starts with
// the image's files and their owner.
func addRoom(draft *fixer.Draft, form scratchForm, v compose.View, spec *container.Spec) error {
	var room, volumes []string
	for _, entry := range tmpfsEntries(draft.Param("writable")) {
		switch at, option, _ := strings.Cut(entry, ":"); {
		case spec.Mounted(path.Clean(at)):
		case option == "volume":
			volumes = append(volumes, path.Clean(at))
		default:
			room = append(room, entry)
		}
	}
	if err := mountScratch(draft, form, v, room...); err != nil {
		return err
	}
	if len(volumes) > 0 && inheritsMappings(v) {
		return fixer.Refuse("add the anonymous volume by hand: the service takes its volumes from a merge key, which a list of its own replaces")
	}
	return add(draft, v, "volumes", volumes...)
}

// tmpfsEntries splits a list of paths. A comma before a path parts two entries,
// another one is part of an entry's options.
func tmpfsEntries(s string) []string {
	return strings.Fields(strings.ReplaceAll(s, ",/", " /"))
}

func validTmpfs(s string) error {
	for _, entry := range tmpfsEntries(s) {
		if at, _, _ := strings.Cut(entry, ":"); !path.IsAbs(at) || path.Clean(at) == "/" || strings.ContainsAny(entry, "\n\r") {
			return errors.New("use absolute paths below /, separated by spaces or commas")
		}
	}
	return nil
}
