package cross

import "oakum/fixer"

// Cluster are the rules about what is around pods that need several files.
var Cluster = []*fixer.Rule{
	PodSecurityLabels,
	DisruptionBudget,
}
