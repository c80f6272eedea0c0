/**
 * Flow control of one stream in one direction; PROTOCOL.md section 5. The sending and the receiving
 * side are different types, so that nobody counts in the wrong one. Not thread-safe: each lives
 * where its tunnel lives.
 */
@NullMarked
package dev.culvert.tunnel.credit;

import org.jspecify.annotations.NullMarked;
