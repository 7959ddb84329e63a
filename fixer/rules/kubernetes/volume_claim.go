package kubernetes

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/kube"
	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An inlineVolume is storage that a pod names itself.
type inlineVolume struct {
	workload *kube.Workload
	path     yamldoc.Path // of the volume
	name     string
	kind     storageType
	source   *yamldoc.Node // what stands under the type
}

// claimed returns the name of the claim that takes the volume's place. Where
// the file has a PersistentVolume for this storage, that one is used, because
// two for one disk are two disks to Kubernetes; else both are made.
func (v inlineVolume) claimed(d *fixer.Draft) (string, error) {
	file := d.Snapshot.File(d.File)
	mine, readOnly := storage(v.source)
	for _, o := range file.Objects {
		if o.Kind != "PersistentVolume" || o.Group() != "" {
			continue
		}
		source := o.Node.Get("spec").Get(v.kind.key)
		if theirs, onlyRead := storage(source); source.Null() || theirs != mine {
			continue
		} else if claim := claimOf(file, o.Name, v.workload.Namespace); claim != "" && (readOnly || !onlyRead) {
			return claim, nil
		}
		if v.kind.modes&writers == 0 {
			return "", fixer.Refuse("%s in this file has the same storage but cannot be used: it is read-only, or no PersistentVolumeClaim of the namespace refers to it", o.ID())
		}
	}
	claim := d.Param("claim")
	for _, o := range file.Objects {
		taken := o.Kind == "PersistentVolume" && o.Name == v.volumeName(claim) ||
			o.Kind == "PersistentVolumeClaim" && o.Name == claim && o.Namespace == v.workload.Namespace
		if taken {
			return "", fixer.Refuse("%s already exists in this file: choose another name for the claim", o.ID())
		}
	}
	capacity := d.Param("capacity")
	volume, err := v.persistentVolume(claim, capacity)
	if err != nil {
		return "", err
	}
	request, err := v.persistentVolumeClaim(claim, capacity)
	if err != nil {
		return "", err
	}
	if !file.YAML.JSON {
		d.Document(string(volume), mine, "PersistentVolume "+v.volumeName(claim))
		d.Document(string(request), "PersistentVolumeClaim "+v.workload.Namespace+"/"+claim)
		return claim, nil
	}
	if list := listedBy(d.Snapshot, file.Path); list != "" {
		return "", fixer.Refuse("%s would not apply a new file: add a file with a PersistentVolume and a PersistentVolumeClaim to its resources", list)
	}
	d.Create(path.Join(path.Dir(file.Path), claim+".yaml"), fixer.Kubernetes, []byte(string(volume)+"---\n"+string(request)))
	return claim, nil
}

// claimOf returns the claim of the namespace that names a PersistentVolume.
func claimOf(file *fixer.File, volume, namespace string) string {
	for _, o := range file.Objects {
		if o.Kind == "PersistentVolumeClaim" && o.Namespace == namespace && o.Node.Get("spec").Get("volumeName").Text() == volume {
			return o.Name
		}
	}
	return ""
}

// storage sums up what a source says, whatever the order it says it in, and
// apart from that whether it may only be read.
func storage(source *yamldoc.Node) (sum string, readOnly bool) {
	fields := map[string]string{}
	for key, value := range source.All() {
		if key != "readOnly" {
			data, _ := value.Data() // one that cannot be copied is refused where it would be
			fields[key] = fmt.Sprint(data)
		}
	}
	return fmt.Sprint(source.KeyOrSelf().Text(), fields), source.Get("readOnly").IsTrue()
}

func decodeVolume(document []byte) (*corev1.PersistentVolume, error) {
	volume := &corev1.PersistentVolume{}
	if err := yaml.UnmarshalStrict(document, volume); err != nil {
		return nil, kube.DecodeError(err)
	}
	return volume, nil
}

// volumeName is the name of the PersistentVolume for a claim: the cluster has
// one set of names, each namespace its own.
func (v inlineVolume) volumeName(claim string) string {
	if v.workload.Namespace != "" {
		return v.workload.Namespace + "-" + claim
	}
	return claim
}

// persistentVolume is the document that says of the storage what the pod said.
// The types of volumes and PersistentVolumes differ in that the latter can name
// the namespaces of Secrets and Endpoints; where they do not, drivers look in
// that of the claim, which is the pod's.
//
// It fails on what a PersistentVolume cannot say: a misspelt key that the API
// server drops, and whatever is no value of its type.
func (v inlineVolume) persistentVolume(claim, capacity string) ([]byte, error) {
	name := v.volumeName(claim)
	if kube.ValidName(name) != nil {
		return nil, fixer.Refuse("%q is not a valid name for a PersistentVolume", name)
	}
	spec := yamldoc.Map{
		{Key: "capacity", Value: yamldoc.Map{{Key: "storage", Value: capacity}}},
		{Key: "accessModes", Value: []string{v.mode()}},
		{Key: "persistentVolumeReclaimPolicy", Value: "Retain"},
	}
	if v.workload.Namespace != "" { // else nobody knows whom to keep it for
		spec = append(spec, yamldoc.Pair{Key: "claimRef", Value: yamldoc.Map{
			{Key: "namespace", Value: v.workload.Namespace}, {Key: "name", Value: claim},
		}})
	}
	data, err := v.source.Data()
	if err != nil {
		return nil, err
	}
	meta := kube.NewMeta(name, "")
	head, err := kube.NewDocument("", "PersistentVolume", meta, yamldoc.Set(yamldoc.P("spec"), spec))
	if err != nil {
		return nil, err
	}
	written, err := kube.NewDocument("", "PersistentVolume", meta, yamldoc.Set(yamldoc.P("spec"), append(spec, yamldoc.Pair{Key: v.kind.key, Value: data})))
	if err != nil {
		return nil, err
	}
	said, err := decodeVolume(written)
	if err != nil {
		return nil, fixer.Refuse("%s of the volume does not have the form that Kubernetes expects: %v", v.kind.key, err)
	}
	// As text it keeps comments and quotes, but can come to mean something
	// else: aliases, odd indentation.
	moved := append(head, v.moved()...)
	if again, err := decodeVolume(moved); err == nil && reflect.DeepEqual(again, said) && !v.workload.Doc.File.JSON {
		return moved, nil
	}
	return written, nil
}

func (v inlineVolume) persistentVolumeClaim(claim, capacity string) ([]byte, error) {
	return kube.NewDocument("", "PersistentVolumeClaim",
		kube.NewMeta(claim, v.workload.Namespace),
		yamldoc.Set(yamldoc.P("spec"), yamldoc.Map{
			{Key: "storageClassName", Value: ""}, // without it the default class would make a new disk
			{Key: "volumeName", Value: v.volumeName(claim)},
			{Key: "accessModes", Value: []string{v.mode()}},
			{Key: "resources", Value: yamldoc.Map{{Key: "requests", Value: yamldoc.Map{{Key: "storage", Value: capacity}}}}},
		}))
}

// moved is the source as it is written, comments and quotes included, at the
// indentation of a PersistentVolume's spec.
func (v inlineVolume) moved() string {
	src := v.workload.Doc.File.Source
	start, end := v.source.KeyOrSelf().Start, v.source.End
	if v.source.Parent.Style == yamldoc.Block { // a comment behind it
		if i := bytes.IndexByte(src[end:], '\n'); i >= 0 {
			end += i
		} else {
			end = len(src)
		}
	}
	column := start - (bytes.LastIndexByte(src[:start], '\n') + 1)
	var out strings.Builder
	for i, line := range strings.Split(string(src[start:end]), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if i > 0 {
			blank := len(line) - len(strings.TrimLeft(line, " "))
			line = line[min(column, blank):]
		}
		if line != "" {
			line = "  " + line
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

func validCapacity(s string) error {
	if q, err := resource.ParseQuantity(s); err != nil || q.Sign() <= 0 {
		return errors.New("a quantity like 20Gi")
	}
	return nil
}
