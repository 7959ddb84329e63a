package compose

import (
	_ "embed"
	"errors"
	"fmt"
	"path"
	"strings"

	"oakum/fixer"
	"oakum/fixer/compose"
	"oakum/fixer/container"
	"oakum/fixer/image"
	"oakum/fixer/yamldoc"
)

//go:embed writable_root.md
var writableRootDoc string

// WritableRoot reports services with a writable root filesystem.
var WritableRoot = &fixer.Rule{
	Name:     "compose/writable-root",
	Title:    "root file system writable",
	Severity: fixer.Low,
	Kind:     fixer.Compose,
	Phase:    fixer.Permissions,
	References: []fixer.Reference{
		{Source: fixer.CISDocker, ID: "5.13"},
		{Source: fixer.OWASPDocker, ID: "rule 8"},
		{Source: fixer.Semgrep, ID: "writable-filesystem-service"},
	},
	Params: []fixer.Param{paramWritable},
	Doc:    writableRootDoc,
	Check: func(p *fixer.Pass) {
		for _, v := range services(p) {
			s := v.Setting("read_only")
			if isTrue(s.Node) {
				continue
			}
			f := fixer.Finding{Message: fmt.Sprintf("service %q can write to its root file system", v.Name)}
			w := writes(container.OfService(p, v), v)
			f.Evidence = w.evidence
			switch {
			case isTrue(v.Setting("privileged").Node):
				f.Advice = "it is privileged, and remounts what it likes: take the privilege away first"
			case w.advice != "":
				f.Advice = w.advice
			default:
				f.Fixes = []fixer.Fix{readOnlyFix(v, w)}
			}
			report(p, v, own(s), f)
		}
	},
}

var paramWritable = fixer.Param{
	Name: "writable", Meaning: "paths that get a tmpfs, with blanks or commas between, options behind a colon; may be empty", Validate: validTmpfs,
}

// writing is what is known of where a service writes.
type writing struct {
	tmpfs    []string // entries for the tmpfs list
	level    fixer.Level
	breaks   string
	advice   string // why there is no fix
	evidence []fixer.Evidence
}

func writes(profile *container.Profile, v compose.View) writing {
	w := writing{level: fixer.Review, evidence: profile.Evidence,
		breaks: "the program fails where it writes outside /tmp and its volumes: nothing is known of what it writes"}
	user, _ := startsAs(v, profile)
	e := profile.Entry
	if e == nil || profile.BuiltHere() && e.NonRoot.Support == image.SupportApp {
		if !mounted(v, "/tmp") {
			w.tmpfs = []string{"/tmp"}
		}
		if profile.BuiltHere() {
			w.breaks = "the program fails where it writes outside /tmp and its volumes: look at " + profile.Build.Path + " for the folders it makes"
		}
		return w
	}
	w.evidence = []fixer.Evidence{fixer.ImageEvidence(e.Evidence(image.FieldReadOnly)), fixer.ImageEvidence(e.Evidence(image.FieldWritable))}
	if e.ReadOnly.Support == image.SupportNo {
		w.advice = e.ID + " does not run on a read-only root file system"
		if e.ReadOnly.Note != "" {
			w.advice += ": " + e.ReadOnly.Note
		}
		return w
	}
	conditional := e.ReadOnly.Support == image.SupportConditional
	for _, at := range e.Writable {
		switch {
		case at.Path == "":
			conditional = true // the configuration says where
		case mounted(v, at.Path) || declared(e, at.Path):
		case at.When != "":
			conditional = true
		case at.Ships:
			w.advice = fmt.Sprintf("%s writes to %s, where its image has files that a tmpfs would hide: give it a named volume, which starts as a copy of them", e.ID, at.Path)
			return w
		case at.Kind == "data":
			w.advice = fmt.Sprintf("%s keeps its data in %s, and nothing is mounted there: give it a named volume first, because a tmpfs would lose the data at each stop", e.ID, at.Path)
			return w
		default:
			w.tmpfs = append(w.tmpfs, tmpfsEntry(at, user))
		}
	}
	w.breaks = "the program fails where it writes outside its volumes and the tmpfs that are added"
	sound := e.ReadOnly.Support == image.SupportYes && e.Verified(image.FieldReadOnly) && e.Verified(image.FieldWritable)
	if !v.Setting("entrypoint").Node.Null() || !v.Setting("command").Node.Null() {
		sound = false // the table speaks of the image as it starts by itself
		w.evidence = append(w.evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: v.File, Text: "the service changes what the image starts"})
	}
	if sound && profile.Sound && !conditional && len(w.tmpfs) == 0 && !profile.BuiltHere() {
		w.level, w.breaks = fixer.Safe, ""
	}
	return w
}

// declared reports whether the image makes the path a volume of its own, which
// stays writable under a read-only root.
func declared(e *image.Entry, at string) bool {
	for _, vol := range e.Volumes {
		if vol.Path == at || strings.HasPrefix(at, vol.Path+"/") {
			return true
		}
	}
	return false
}

// tmpfsEntry writes a tmpfs for a path. Over a folder of the image it takes
// that folder's mode but belongs to root, so for another user it has to be
// given to them unless everybody may write there.
func tmpfsEntry(at image.WritablePath, user image.Identity) string {
	var options []string
	if at.Exec {
		options = append(options, "exec")
	}
	if user.IsNonRoot() && !worldWritable(at) {
		options = append(options, fmt.Sprintf("uid=%d", user.UID))
		if user.KnownGID {
			options = append(options, fmt.Sprintf("gid=%d", user.GID))
		}
		options = append(options, "mode=0755")
	}
	if len(options) == 0 {
		return at.Path
	}
	return at.Path + ":" + strings.Join(options, ",")
}

func worldWritable(at image.WritablePath) bool {
	return at.Path == "/tmp" || strings.HasSuffix(at.Mode, "777")
}

func readOnlyFix(v compose.View, w writing) fixer.Fix {
	fix := fixer.Fix{
		ID:     "read-only",
		Title:  "make the root file system read-only",
		Level:  w.level,
		Breaks: w.breaks,
		Verify: `docker compose exec ` + v.Name + ` touch /x   fails, and the logs show no "read-only file system"`,
		Params: []fixer.Param{paramWritable.With(strings.Join(w.tmpfs, " "))},
	}
	if len(w.tmpfs) > 0 {
		fix.Title += ", with tmpfs at " + strings.Join(w.tmpfs, " ")
	}
	fix.Edit = func(d *fixer.Draft) error {
		ops := []yamldoc.Op{yamldoc.Set(v.Path.Join("read_only"), true)}
		var add []string
		for _, entry := range tmpfsEntries(d.Param("writable")) {
			if at, _, _ := strings.Cut(entry, ":"); !mounted(v, path.Clean(at)) {
				add = append(add, entry)
			}
		}
		if len(add) > 0 {
			ops = append(ops, appendTo(v, "tmpfs", add...)...)
		}
		d.YAML(v.Doc, ops...)
		return nil
	}
	return fix
}

// tmpfsEntries splits a list of paths. A comma before a path parts two entries,
// another one is part of an entry's options.
func tmpfsEntries(s string) []string {
	return strings.Fields(strings.ReplaceAll(s, ",/", " /"))
}

func validTmpfs(s string) error {
	for _, entry := range tmpfsEntries(s) {
		if at, _, _ := strings.Cut(entry, ":"); !path.IsAbs(at) || path.Clean(at) == "/" || strings.ContainsAny(entry, "\n\r") {
			return errors.New("absolute paths below /, with blanks or commas between")
		}
	}
	return nil
}
