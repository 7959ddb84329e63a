package kube

import "github.com/oakum-sec/oakum/fixer/yamldoc"

// Labels returns labels, or what a selector asks of them under matchLabels, as texts.
func Labels(n *yamldoc.Node) map[string]string {
	out := map[string]string{}
	for key, value := range n.All() {
		out[key] = value.Text()
	}
	return out
}

// Selects reports whether a selector of labels and their values, as a Service has one or
// another selector under matchLabels, fits labels. An empty one fits none, as with a Service.
func Selects(selector, labels *yamldoc.Node) bool {
	for key, value := range selector.All() {
		if has := labels.Get(key); has == nil || has.Text() != value.Text() {
			return false
		}
	}
	return selector.Len() > 0
}
