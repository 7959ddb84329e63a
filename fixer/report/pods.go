package report

import "github.com/oakum-sec/oakum/fixer"

// A jsonPod is what the Pod Security Standards say of one workload.
type jsonPod struct {
	File       string          `json:"file"`
	Line       int             `json:"line"`
	Workload   string          `json:"workload"`
	Level      string          `json:"level"` // privileged, baseline, restricted, unknown
	Violations []jsonViolation `json:"violations"`
}

type jsonViolation struct {
	Level  string `json:"level"` // of the control that is not met
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

func jsonPods(pods []fixer.PodLevel) []jsonPod {
	out := []jsonPod{}
	for _, p := range pods {
		pod := jsonPod{File: p.File, Line: p.Line, Workload: p.Workload, Level: string(p.Level), Violations: []jsonViolation{}}
		for _, v := range p.Violations {
			pod.Violations = append(pod.Violations, jsonViolation{string(v.Level), v.Reason, v.Detail})
		}
		out = append(out, pod)
	}
	return out
}
