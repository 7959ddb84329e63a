package image

import (
	"fmt"
	"slices"
	"strings"
)

// A Field names a fact of an [Entry], as the table writes it.
type Field string

// The fields of an entry that have provenance.
const (
	FieldDefault       Field = "default"
	FieldService       Field = "service"
	FieldNonRoot       Field = "nonroot"
	FieldPrivilegeDrop Field = "stepdown"
	FieldReadOnly      Field = "read_only"
	FieldWritable      Field = "writable"
	FieldVolumes       Field = "volumes"
	FieldPorts         Field = "ports"
	FieldCapsRoot      Field = "caps_root"
	FieldCapsNonRoot   Field = "caps_nonroot"
	FieldHealthcheck   Field = "healthcheck"
	FieldSecretFileEnv Field = "secret_file_env"
	FieldNoPassword    Field = "no_password"
	FieldAlternatives  Field = "alternatives"
	FieldKubernetes    Field = "kubernetes"
	FieldMemory        Field = "memory"
	FieldGotchas       Field = "gotchas"
)

// Fields lists every field, in the order of [Entry].
func Fields() []Field {
	return []Field{
		FieldDefault, FieldService, FieldNonRoot, FieldPrivilegeDrop, FieldReadOnly,
		FieldWritable, FieldVolumes, FieldPorts, FieldCapsRoot, FieldCapsNonRoot,
		FieldHealthcheck, FieldSecretFileEnv, FieldNoPassword, FieldAlternatives, FieldKubernetes, FieldMemory, FieldGotchas,
	}
}

// A Method says how a fact was established.
type Method string

// The methods, from the strongest to none.
const (
	ByRegistry Method = "registry"   // reported by the image's registry, for this exact image
	ByTest     Method = "tested"     // run, with the result observed
	BySource   Method = "source"     // read in the file that defines it
	Unverified Method = "unverified" // believed, inferred or by analogy: proves nothing
	ByName     Method = "name"       // the image has the name of one that is known: proves nothing
)

// A Source is where a fact comes from.
type Source struct {
	Method     Method
	Repository string // "docker-library/postgres", for BySource
	Commit     string // the version read, for BySource
	Path       string // in the repository, for BySource
	Note       string
}

// proves reports whether the source shows that a fact is true.
func (s Source) proves() bool { return s.Method != Unverified && s.Method != ByName }

// Verified reports whether everything the entry holds in the field has been
// read in a source or tested. A field with any unverified part, or with no
// source at all, is not verified, and a fix that depends on it is not safe.
func (e *Entry) Verified(f Field) bool { return verified(e.Provenance[f]) }

// VerifiedButForName is Verified of the family that an image is taken for by its name: that
// it is one of that family is all that is not verified.
func (e *Entry) VerifiedButForName(f Field) bool {
	list := e.Provenance[f]
	if e.ByName && len(list) > 0 {
		list = list[:len(list)-1] // the doubt comes last
	}
	return verified(list)
}

// WasRead reports whether somebody has read of the image itself, in a source or by
// a test, in whatever respect: what nothing was found of is likely not to be there.
func (e *Entry) WasRead() bool {
	if e.ByName {
		return false
	}
	for _, sources := range e.Provenance {
		if slices.ContainsFunc(sources, Source.proves) {
			return true
		}
	}
	return false
}

func verified(sources []Source) bool {
	return len(sources) > 0 && !slices.ContainsFunc(sources, func(s Source) bool { return !s.proves() })
}

// A Statement is what is known of an image in one respect, in one sentence.
type Statement struct {
	Text     string // the claim, with its proof in parentheses
	Registry bool   // the image's registry reported it; else the tables do
}

// String is the sentence with its origin in front: "registry: …" or "image table: …".
func (s Statement) String() string {
	if s.Registry {
		return "registry: " + s.Text
	}
	return "image table: " + s.Text
}

// state joins a claim and how far it is proven.
func state(claim string, sources []Source) Statement {
	with := func(m Method) int { return slices.IndexFunc(sources, func(s Source) bool { return s.Method == m }) }
	named := with(ByName)
	switch proven := slices.ContainsFunc(sources, Source.proves); {
	case with(ByRegistry) >= 0:
		return Statement{Text: claim, Registry: true}
	case named >= 0:
		return Statement{Text: claim + " (assumed to be " + sources[named].Note + " from its name; not verified)"}
	case !proven:
		return Statement{Text: claim + " (not verified)"}
	case !verified(sources):
		return Statement{Text: claim + " (partly verified)"}
	}
	var marks, read []string
	if with(ByTest) >= 0 {
		marks = append(marks, "tested")
	}
	for _, s := range sources {
		if s.Repository != "" && !slices.Contains(read, s.Repository) {
			read = append(read, s.Repository)
		}
	}
	if len(read) > 0 {
		marks = append(marks, "source: "+strings.Join(read, ", "))
	}
	return Statement{Text: claim + " (" + strings.Join(marks, "; ") + ")"}
}

// Evidence says in one sentence what is known in the field and from where, to
// be shown beside a fix:
//
//	postgres starts as root and drops privileges to postgres (999:999) with gosu (source: docker-library/postgres)
func (e *Entry) Evidence(f Field) Statement {
	if e.Service == nil && (f == FieldService || f == FieldPrivilegeDrop) {
		f = FieldDefault // that there is none follows from the default user
	}
	return state(e.claim(f), e.Provenance[f])
}

// claim puts a field into words.
func (e *Entry) claim(f Field) string {
	switch f {
	case FieldDefault, FieldService, FieldPrivilegeDrop:
		return e.Image + " " + e.claimIdentity()
	case FieldNonRoot:
		return e.claimNonRoot()
	case FieldReadOnly:
		return e.claimReadOnly()
	case FieldWritable:
		return e.Image + " writes to " + or("no directory", pathsOf(e.Writable))
	case FieldVolumes:
		return e.Image + " declares " + or("no volumes", volumesOf(e.Volumes)) + " as VOLUME"
	case FieldPorts:
		return e.Image + " listens on " + or("no port", portsOf(e.Ports))
	case FieldCapsRoot:
		return e.Image + " needs these capabilities when started as root: " + or("none", e.CapsRoot.Need)
	case FieldCapsNonRoot:
		return e.Image + " needs these capabilities when started as non-root: " + or("none", e.CapsNonRoot)
	case FieldHealthcheck:
		if e.Healthcheck.Builtin {
			return e.Image + " has a HEALTHCHECK"
		}
		return e.Image + " is usually probed with " + or("nothing", []string{strings.Join(e.Healthcheck.Test, " ")})
	case FieldSecretFileEnv:
		return e.Image + " reads secrets from files named by " + or("no variable", e.SecretFileEnv)
	case FieldNoPassword:
		names := make([]string, 0, len(e.NoPassword))
		for _, o := range e.NoPassword {
			names = append(names, o.Env)
		}
		return e.Image + " asks for no password with " + or("no variable", names)
	case FieldAlternatives:
		names := make([]string, 0, len(e.Alternatives))
		for _, a := range e.Alternatives {
			names = append(names, a.Image)
		}
		return e.Image + " can be replaced by " + or("no known image", names)
	case FieldKubernetes:
		return e.Image + " in a pod: " + or("nothing", []string{e.Kubernetes.Note})
	case FieldMemory:
		return e.Image + " needs " + or("nothing", []string{e.Memory.Minimum}) + " of memory or more"
	case FieldGotchas:
		return e.Image + ": " + or("nothing", e.Gotchas)
	}
	return fmt.Sprintf("%s has no field %q", e.Image, string(f))
}

func (e *Entry) claimIdentity() string {
	start := "runs as " + e.Default.String()
	if e.Default.IsNonRoot() && !e.Default.Numeric {
		start += ", set by name"
	}
	if e.Service == nil {
		return start
	}
	switch {
	case e.PrivilegeDrop.Tool == "":
		return start + " and has the user " + e.Service.String()
	case e.PrivilegeDrop.Partial:
		return "starts as " + e.Default.String() + " and runs child processes as " + e.Service.String()
	}
	return "starts as " + e.Default.String() + " and drops privileges to " + e.Service.String() + " with " + e.PrivilegeDrop.Tool
}

func (e *Entry) claimNonRoot() string {
	as := ""
	if id, ok := e.RunAs(); ok {
		as = " as " + id.String()
	}
	if e.NonRoot.AnyUID {
		as = " as any uid"
	}
	text := ""
	switch e.NonRoot.Support {
	case SupportDefault:
		return e.Image + " " + e.claimIdentity()
	case SupportYes:
		text = "runs without root" + as
	case SupportConditional:
		text = "runs without root" + as + " under conditions"
	case SupportNo:
		text = "must start as root"
	case SupportApp:
		text = "leaves the user to the application"
	default:
		text = "is not known to run without root"
	}
	switch conditions := SaysAll(e.NonRoot.Conditions); {
	case conditions == "":
	case e.NonRoot.Support == SupportNo:
		text += ": " + conditions
	default:
		text += ". Required: " + conditions
	}
	return e.Image + " " + text
}

func (e *Entry) claimReadOnly() string {
	text := map[Support]string{
		SupportYes:         "runs on a read-only root filesystem",
		SupportConditional: "runs on a read-only root filesystem only under conditions",
		SupportNo:          "does not run on a read-only root filesystem",
	}[e.ReadOnly.Support]
	if text == "" {
		text = "is not known to run on a read-only root filesystem"
	}
	if e.ReadOnly.Note != "" {
		text += ": " + e.ReadOnly.Note
	}
	return e.Image + " " + text
}

func pathsOf(paths []WritablePath) []string {
	names := make([]string, 0, len(paths))
	for _, p := range paths {
		name := p.Path
		if name == "" {
			name = p.Where
		}
		if p.When != nil {
			name += " (" + p.When.Says + ")"
		}
		names = append(names, name)
	}
	return names
}

func volumesOf(volumes []Volume) []string {
	names := make([]string, 0, len(volumes))
	for _, v := range volumes {
		names = append(names, v.Path)
	}
	return names
}

func portsOf(ports []Port) []string {
	names := make([]string, 0, len(ports))
	for _, p := range ports {
		name := fmt.Sprintf("%d/%s", p.Number, p.Protocol)
		if p.Last != 0 {
			name = fmt.Sprintf("%d-%d/%s", p.Number, p.Last, p.Protocol)
		}
		if p.When != nil {
			name += " (" + p.When.Says + ")"
		}
		names = append(names, name)
	}
	return names
}

// or joins a list, or returns what to say of an empty one.
func or(none string, list []string) string {
	list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
	if len(list) == 0 {
		return none
	}
	return strings.Join(list, ", ")
}
