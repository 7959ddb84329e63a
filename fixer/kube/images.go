package kube

import (
	"fmt"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// An ImageField is a field of a custom resource that names an image.
type ImageField struct {
	Node  *yamldoc.Node
	Place string // its place below the object, for people and keys: "spec.steps[0].image"

	// Known says that the table of custom resources has the field. Else it is
	// only called image and has a value of that form.
	Known bool
}

// Images returns the fields of a custom resource that name an image and lie outside
// of pod templates, or in further ones. Kinds of Kubernetes itself have none. The result
// may hold fields that are those of a [Workload], too.
func Images(o *Object) []ImageField {
	if coreGroups[o.Group()] || strings.HasSuffix(o.Group(), ".k8s.io") && !strings.Contains(o.Group(), "elastic") {
		return nil
	}
	paths, known := imagePaths[o.Group()+"/"+o.Kind]
	if !known {
		return namedImage(o)
	}
	var out []ImageField
	for _, path := range strings.Fields(paths) {
		out = follow(out, o.Node, strings.Split(path, "."), "")
	}
	return out
}

// The fields of images in custom resources that are in wide use, by group and
// kind: [] is every item of a list, * every entry of a mapping. Pod templates are
// found by their shape besides, of several the first.
var imagePaths = map[string]string{
	"argoproj.io/Workflow":                "spec" + argoTemplates,
	"argoproj.io/WorkflowTemplate":        "spec" + argoTemplates,
	"argoproj.io/ClusterWorkflowTemplate": "spec" + argoTemplates,
	"argoproj.io/CronWorkflow":            strings.ReplaceAll("spec"+argoTemplates, "spec.", "spec.workflowSpec."),

	"tekton.dev/Task":        "spec" + tektonSteps,
	"tekton.dev/ClusterTask": "spec" + tektonSteps,
	"tekton.dev/StepAction":  "spec.image",
	"tekton.dev/TaskRun":     strings.ReplaceAll("spec"+tektonSteps, "spec.", "spec.taskSpec."),
	"tekton.dev/Pipeline":    strings.ReplaceAll("spec"+tektonSteps, "spec.", "spec.tasks[].taskSpec.") + " " + strings.ReplaceAll("spec"+tektonSteps, "spec.", "spec.finally[].taskSpec."),
	"tekton.dev/PipelineRun": strings.ReplaceAll("spec"+tektonSteps, "spec.", "spec.pipelineSpec.tasks[].taskSpec."),

	"monitoring.coreos.com/Prometheus":      prometheusImages,
	"monitoring.coreos.com/PrometheusAgent": prometheusImages,
	"monitoring.coreos.com/Alertmanager":    prometheusImages,
	"monitoring.coreos.com/ThanosRuler":     prometheusImages,

	"postgresql.cnpg.io/Cluster":                 "spec.imageName",
	"kafka.strimzi.io/Kafka":                     "spec.kafka.image spec.zookeeper.image spec.entityOperator.topicOperator.image spec.entityOperator.userOperator.image",
	"kafka.strimzi.io/KafkaConnect":              "spec.image",
	"elasticsearch.k8s.elastic.co/Elasticsearch": "spec.image",
	"kibana.k8s.elastic.co/Kibana":               "spec.image",
	"opentelemetry.io/OpenTelemetryCollector":    "spec.image",
	"flink.apache.org/FlinkDeployment":           "spec.image",
	"sparkoperator.k8s.io/SparkApplication":      "spec.image spec.driver.image spec.executor.image",
	"kubevirt.io/VirtualMachine":                 "spec.template.spec.volumes[].containerDisk.image",
	"kubevirt.io/VirtualMachineInstance":         "spec.volumes[].containerDisk.image",
	"ray.io/RayCluster":                          rayImages,
	"ray.io/RayService":                          strings.ReplaceAll(rayImages, "spec.", "spec.rayClusterConfig."),
	"kubeflow.org/PyTorchJob":                    "spec.pytorchReplicaSpecs.*.template.spec.containers[].image",
	"kubeflow.org/TFJob":                         "spec.tfReplicaSpecs.*.template.spec.containers[].image",
	"kubeflow.org/MPIJob":                        "spec.mpiReplicaSpecs.*.template.spec.containers[].image",
	"batch.volcano.sh/Job":                       "spec.tasks[].template.spec.containers[].image",
	"jobset.x-k8s.io/JobSet":                     "spec.replicatedJobs[].template.spec.template.spec.containers[].image",
	"argoproj.io/Rollout":                        podImages,
	"serving.knative.dev/Service":                podImages,
	"keda.sh/ScaledJob":                          strings.ReplaceAll(podImages, "spec.template", "spec.jobTargetRef.template"),
	"apps.kruise.io/CloneSet":                    podImages,
	"apps.kruise.io/StatefulSet":                 podImages,
	"apps.kruise.io/DaemonSet":                   podImages,
	"apps.kruise.io/SidecarSet":                  "spec.containers[].image spec.initContainers[].image",
}

const (
	podImages        = "spec.template.spec.containers[].image spec.template.spec.initContainers[].image"
	argoTemplates    = ".templates[].container.image spec.templates[].script.image spec.templates[].initContainers[].image spec.templates[].sidecars[].image spec.templates[].containerSet.containers[].image"
	tektonSteps      = ".steps[].image spec.sidecars[].image spec.stepTemplate.image"
	prometheusImages = "spec.image spec.thanos.image spec.containers[].image spec.initContainers[].image"
	rayImages        = "spec.headGroupSpec.template.spec.containers[].image spec.workerGroupSpecs[].template.spec.containers[].image"
)

// follow adds the fields at a path below a node.
func follow(out []ImageField, n *yamldoc.Node, path []string, at string) []ImageField {
	if n == nil {
		return out
	}
	if len(path) == 0 {
		if n.Text() != "" {
			out = append(out, ImageField{Node: n, Place: strings.TrimPrefix(at, "."), Known: true})
		}
		return out
	}
	key, list := strings.CutSuffix(path[0], "[]")
	switch {
	case key == "*":
		for name, value := range n.All() {
			out = follow(out, value, path[1:], at+"."+name)
		}
	case list:
		for i, item := range n.Get(key).List() {
			out = follow(out, item, path[1:], fmt.Sprintf("%s.%s[%d]", at, key, i))
		}
	default:
		out = follow(out, n.Get(key), path[1:], at+"."+key)
	}
	return out
}

// maxImageDepth and maxImageFields bound the search in a custom resource that
// nobody knows.
const (
	maxImageDepth  = 10
	maxImageFields = 50
)

// namedImage returns the fields below spec that are called image and have a
// value with a tag or a registry. Aliases are not followed: what they stand for is
// found at its anchor.
func namedImage(o *Object) []ImageField {
	var out []ImageField
	var walk func(n *yamldoc.Node, at string, depth int)
	walk = func(n *yamldoc.Node, at string, depth int) {
		if n == nil || n.Kind == yamldoc.Alias || depth > maxImageDepth || len(out) >= maxImageFields {
			return
		}
		for _, e := range n.Entries() {
			name := e.Key.Text()
			if name == "image" && looksLikeImage(e.Value.Text()) {
				out = append(out, ImageField{Node: e.Value, Place: at + "." + name})
				continue
			}
			walk(e.Value, at+"."+name, depth+1)
		}
		for i, item := range n.Items() {
			walk(item, fmt.Sprintf("%s[%d]", at, i), depth+1)
		}
	}
	walk(o.Node.Get("spec"), "spec", 0)
	return out
}

// looksLikeImage reports whether a text has the form that references to images
// have and other things seldom have: a path, and a tag or a digest.
func looksLikeImage(s string) bool {
	slash := strings.LastIndexByte(s, '/')
	return slash > 0 && strings.ContainsAny(s[slash:], ":@") && !strings.Contains(s, "://") && !strings.ContainsAny(s, " ${}\n")
}
