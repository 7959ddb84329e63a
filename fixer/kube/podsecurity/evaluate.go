package podsecurity

import (
	"encoding/json"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/oakum-sec/oakum/fixer/kube"
)

// Version is the version of the Pod Security Standards that is applied, in the
// form of the labels of a Namespace.
const Version = "v1.36"

// Level is one of the Pod Security Standards, or Unknown.
type Level string

// The levels, from the loosest. Unknown is a pod that the API's types cannot
// hold, which an API server would refuse.
const (
	Unknown    Level = "unknown"
	Privileged Level = "privileged"
	Baseline   Level = "baseline"
	Restricted Level = "restricted"
)

// A Verdict is the judgement of one workload.
type Verdict struct {
	Level Level

	// Violations are the controls of the restricted standard that the pod does
	// not meet, those of baseline first. Empty for a restricted pod.
	Violations []Violation

	// Err says why the level is Unknown.
	Err error
}

// A Violation is one control that a pod does not meet.
type Violation struct {
	Level  Level  // of the control
	Reason string // "allowPrivilegeEscalation != false"
	Detail string // which containers and values, in the evaluator's words
}

var evaluator = sync.OnceValues(func() (policy.Evaluator, error) {
	return policy.NewEvaluator(policy.DefaultChecks(), nil)
})

// Evaluate judges the pods that a workload makes, once. The verdict is shared and
// must not be changed.
func Evaluate(w *kube.Workload) Verdict {
	return w.Judged(func() any { return evaluate(w) }).(Verdict)
}

func evaluate(w *kube.Workload) Verdict {
	e, err := evaluator()
	if err != nil {
		return Verdict{Level: Unknown, Err: err}
	}
	meta, spec, err := decode(w)
	if err != nil {
		return Verdict{Level: Unknown, Err: fmt.Errorf("%s is not a valid pod: %w", w.ID(), err)}
	}
	version, err := api.ParseVersion(Version)
	if err != nil {
		return Verdict{Level: Unknown, Err: err}
	}
	v := Verdict{Level: Restricted}
	baseline := map[string]bool{}
	for _, level := range []struct {
		ours    Level
		theirs  api.Level
		without Level
	}{{Baseline, api.LevelBaseline, Privileged}, {Restricted, api.LevelRestricted, Baseline}} {
		failed := false
		for _, r := range e.EvaluatePod(api.LevelVersion{Level: level.theirs, Version: version}, meta, spec) {
			if r.Allowed {
				continue
			}
			failed = true
			key := r.ForbiddenReason + "\x00" + r.ForbiddenDetail
			if level.ours == Baseline {
				baseline[key] = true
			} else if baseline[key] {
				continue
			}
			v.Violations = append(v.Violations, Violation{Level: level.ours, Reason: r.ForbiddenReason, Detail: r.ForbiddenDetail})
		}
		if failed && v.Level == Restricted {
			v.Level = level.without
		}
	}
	return v
}

func decode(w *kube.Workload) (*metav1.ObjectMeta, *corev1.PodSpec, error) {
	meta, spec := &metav1.ObjectMeta{}, &corev1.PodSpec{}
	if err := into(meta, plain(w.Meta, metaKeys)); err != nil {
		return nil, nil, err
	}
	if err := into(spec, plain(w.Pod, podKeys)); err != nil {
		return nil, nil, err
	}
	for i := range spec.Volumes {
		if spec.Volumes[i].VolumeSource == (corev1.VolumeSource{}) {
			// What the API server's defaults make of it, before it judges.
			spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	return meta, spec, nil
}

func into(out any, v any) error {
	if v == nil {
		return nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, out); err != nil {
		return kube.DecodeError(err)
	}
	return nil
}
