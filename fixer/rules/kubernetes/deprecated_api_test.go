package kubernetes

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	admissionregistrationv1beta1 "k8s.io/api/admissionregistration/v1beta1"
	appsv1 "k8s.io/api/apps/v1"
	appsv1beta1 "k8s.io/api/apps/v1beta1"
	appsv1beta2 "k8s.io/api/apps/v1beta2"
	batchv1 "k8s.io/api/batch/v1"
	batchv1beta1 "k8s.io/api/batch/v1beta1"
	certificatesv1beta1 "k8s.io/api/certificates/v1beta1"
	coordinationv1 "k8s.io/api/coordination/v1"
	coordinationv1beta1 "k8s.io/api/coordination/v1beta1"
	discoveryv1beta1 "k8s.io/api/discovery/v1beta1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	flowcontrolv1beta1 "k8s.io/api/flowcontrol/v1beta1"
	flowcontrolv1beta2 "k8s.io/api/flowcontrol/v1beta2"
	flowcontrolv1beta3 "k8s.io/api/flowcontrol/v1beta3"
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1beta1 "k8s.io/api/networking/v1beta1"
	nodev1 "k8s.io/api/node/v1"
	nodev1beta1 "k8s.io/api/node/v1beta1"
	policyv1 "k8s.io/api/policy/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	rbacv1 "k8s.io/api/rbac/v1"
	rbacv1beta1 "k8s.io/api/rbac/v1beta1"
	resourcev1 "k8s.io/api/resource/v1"
	resourcev1beta1 "k8s.io/api/resource/v1beta1"
	resourcev1beta2 "k8s.io/api/resource/v1beta2"
	schedulingv1 "k8s.io/api/scheduling/v1"
	schedulingv1beta1 "k8s.io/api/scheduling/v1beta1"
	storagev1 "k8s.io/api/storage/v1"
	storagev1beta1 "k8s.io/api/storage/v1beta1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A lifecycle is what the API's own types say of themselves.
type lifecycle interface {
	APILifecycleDeprecated() (major, minor int)
	APILifecycleRemoved() (major, minor int)
}

// betas are the versions that the table speaks of. Those that are not here
// have no types any more (PodSecurityPolicy, the old autoscalers), or have
// them in another module (APIService).
var betas = []func(*runtime.Scheme) error{
	admissionregistrationv1beta1.AddToScheme, appsv1beta1.AddToScheme, appsv1beta2.AddToScheme, batchv1beta1.AddToScheme,
	certificatesv1beta1.AddToScheme, coordinationv1beta1.AddToScheme, discoveryv1beta1.AddToScheme, extensionsv1beta1.AddToScheme,
	flowcontrolv1beta1.AddToScheme, flowcontrolv1beta2.AddToScheme, flowcontrolv1beta3.AddToScheme, networkingv1beta1.AddToScheme,
	nodev1beta1.AddToScheme, policyv1beta1.AddToScheme, rbacv1beta1.AddToScheme, resourcev1beta1.AddToScheme,
	resourcev1beta2.AddToScheme, schedulingv1beta1.AddToScheme, storagev1beta1.AddToScheme,
}

// stable are the versions that workloads and renamed objects move to.
var stable = []func(*runtime.Scheme) error{
	admissionregistrationv1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, coordinationv1.AddToScheme,
	flowcontrolv1.AddToScheme, networkingv1.AddToScheme, nodev1.AddToScheme, policyv1.AddToScheme, rbacv1.AddToScheme,
	resourcev1.AddToScheme, schedulingv1.AddToScheme, storagev1.AddToScheme,
}

// notInFiles are kinds that only programs write.
var notInFiles = []string{"ControllerRevision", "DeploymentRollback", "Eviction", "CSINode", "LeaseCandidate", "ResourceSlice", "Scale"}

// TestFatesAreTheAPIsOwn compares the table with the tags of the API's types,
// in both directions: a version that is deprecated by now has to be in the
// table, and what the table says of it has to be so.
func TestFatesAreTheAPIsOwn(t *testing.T) {
	scheme := runtime.NewScheme()
	for _, add := range betas {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	compared := map[string]bool{}
	for gvk, typ := range scheme.AllKnownTypes() {
		l, ok := reflect.New(typ).Interface().(lifecycle)
		if !ok || gvk.Version == runtime.APIVersionInternal || strings.HasSuffix(gvk.Kind, "List") || slices.Contains(notInFiles, gvk.Kind) {
			continue
		}
		version := schema.GroupVersion{Group: gvk.Group, Version: gvk.Version}.String()
		_, deprecated := l.APILifecycleDeprecated()
		_, removed := l.APILifecycleRemoved()
		fate := fateOf(version, gvk.Kind)
		switch {
		case deprecated > apiServed:
			if fate != nil {
				t.Errorf("%s %s is not deprecated before 1.%d, and in the table", version, gvk.Kind, deprecated)
			}
		case fate == nil:
			t.Errorf("%s %s is deprecated since 1.%d, and not in the table", version, gvk.Kind, deprecated)
		case fate.deprecated != deprecated || fate.removed != removed:
			t.Errorf("%s %s: the table says 1.%d and 1.%d, the API 1.%d and 1.%d", version, gvk.Kind, fate.deprecated, fate.removed, deprecated, removed)
		default:
			compared[version+" "+gvk.Kind] = true
		}
	}
	if len(compared) < 40 {
		t.Errorf("only %d rows were compared", len(compared))
	}
}

func TestFatesAreWellFormed(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range apiFates {
		key := f.version + " " + f.kind
		if seen[key] {
			t.Errorf("%s is in the table twice", key)
		}
		seen[key] = true
		if f.deprecated >= f.removed || f.deprecated > apiServed {
			t.Errorf("%s: deprecated in 1.%d, removed in 1.%d", key, f.deprecated, f.removed)
		}
		if (f.how == byHand) != (f.note != "") {
			t.Errorf("%s: what has to be moved by hand says how, and only that", key)
		}
		if f.to == "" && f.how != byHand {
			t.Errorf("%s: moved to nothing", key)
		}
		if next := fateOf(f.to, f.kind); next != nil {
			t.Errorf("%s moves to %s, which is in the table itself", key, f.to)
		}
	}
}

// TestRenamesKeepTheirFields holds each plain rename whose types are both at
// hand to its claim: every field of the old one is in the new one, with its
// name.
func TestRenamesKeepTheirFields(t *testing.T) {
	scheme := runtime.NewScheme()
	for _, add := range append(slices.Clone(betas), stable...) {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	checked := 0
	for _, f := range apiFates {
		if f.how == byHand {
			continue
		}
		before, ok1 := typeOf(scheme, f.version, f.kind)
		after, ok2 := typeOf(scheme, f.to, f.kind)
		if !ok1 || !ok2 {
			continue
		}
		checked++
		for _, missing := range missingFields(before, after, f.kind, map[reflect.Type]bool{}) {
			if missing == "Deployment.Spec.RollbackTo" || missing == "DaemonSet.Spec.TemplateGeneration" {
				continue // the fix is not offered beside them
			}
			t.Errorf("%s → %s: %s is gone", f.version, f.to, missing)
		}
	}
	if checked < 30 {
		t.Errorf("only %d renames were checked", checked)
	}
}

func typeOf(scheme *runtime.Scheme, version, kind string) (reflect.Type, bool) {
	gv, err := schema.ParseGroupVersion(version)
	if err != nil {
		return nil, false
	}
	typ, ok := scheme.AllKnownTypes()[gv.WithKind(kind)]
	return typ, ok
}

// missingFields returns the fields of a type that the other one does not have
// under the same JSON name. Status is left out: nobody writes it.
func missingFields(a, b reflect.Type, at string, seen map[reflect.Type]bool) []string {
	for a.Kind() == reflect.Pointer || a.Kind() == reflect.Slice || a.Kind() == reflect.Map {
		if a.Kind() != b.Kind() {
			return []string{at}
		}
		a, b = a.Elem(), b.Elem()
	}
	if a == b || seen[a] {
		return nil
	}
	seen[a] = true
	if a.Kind() != reflect.Struct {
		if a.Kind() != b.Kind() {
			return []string{at}
		}
		return nil
	}
	if b.Kind() != reflect.Struct {
		return []string{at}
	}
	var out []string
	for i := range a.NumField() {
		f := a.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "status" {
			continue
		}
		g, ok := fieldNamed(b, name, f.Name)
		if !ok {
			out = append(out, at+"."+f.Name)
			continue
		}
		out = append(out, missingFields(f.Type, g.Type, at+"."+f.Name, seen)...)
	}
	return out
}

func fieldNamed(t reflect.Type, json, name string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		got, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if got == json && (json != "" || f.Name == name) {
			return f, true
		}
	}
	return reflect.StructField{}, false
}
