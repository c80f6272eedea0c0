@org.jspecify.annotations.NullMarked
package dev.culvert.load.fairness;
