<?php
/**
 * Plugin Name: Look-alikes
 * Description: A row of products that look like the one shown, from a Lookalike site.
 * Version: 1.0.0
 * Requires at least: 6.1
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * License: MIT
 */

defined( 'ABSPATH' ) || exit;

const LOOK_ALIKES_SETTINGS = array(
	'look_alikes_server' => 'Address of the Lookalike site',
	'look_alikes_label'  => 'Heading',
	'look_alikes_layout' => 'Layout: row, grid, carousel or compact',
	'look_alikes_key'    => 'Key for pages, where the site asks for one',
);

/** The id of a product in Lookalike: its SKU, else its number. Other ids need another line here. */
function look_alikes_item( $product ) {
	$sku = $product->get_sku();
	return '' !== $sku ? $sku : (string) $product->get_id();
}

/** The row of a product as HTML; '' without a product or a site. */
function look_alikes_row( $product ) {
	$server = untrailingslashit( esc_url( get_option( 'look_alikes_server', '' ) ) );
	if ( ! $server || ! is_object( $product ) ) {
		return '';
	}
	wp_enqueue_script( 'look-alikes', $server . '/widget.js', array(), null, true );
	$given = array(
		'data-item'   => look_alikes_item( $product ),
		'data-server' => $server,
		'data-label'  => get_option( 'look_alikes_label', '' ),
		'data-layout' => get_option( 'look_alikes_layout', '' ),
		'data-key'    => get_option( 'look_alikes_key', '' ),
	);
	$row = '<look-alikes';
	foreach ( array_filter( $given, 'strlen' ) as $name => $value ) {
		$row .= ' ' . $name . '="' . esc_attr( $value ) . '"';
	}
	return $row . '></look-alikes>';
}

/** Below the summary of every product. */
function look_alikes_below_summary() {
	global $product;
	echo look_alikes_row( $product ); // phpcs:ignore WordPress.Security.EscapeOutput -- escaped above.
}
add_action( 'woocommerce_after_single_product_summary', 'look_alikes_below_summary', 15 );

/** The block “Look-alikes”, for themes that are built of blocks. */
function look_alikes_block() {
	register_block_type(
		'look-alikes/row',
		array(
			'api_version'     => 3,
			'title'           => 'Look-alikes',
			'category'        => 'widgets',
			'render_callback' => function () {
				return look_alikes_row( wc_get_product( get_the_ID() ) );
			},
		)
	);
}
add_action( 'init', 'look_alikes_block' );

function look_alikes_register_settings() {
	foreach ( array_keys( LOOK_ALIKES_SETTINGS ) as $name ) {
		$cleaned_by = 'look_alikes_server' === $name ? 'esc_url_raw' : 'sanitize_text_field';
		register_setting( 'look_alikes', $name, array( 'sanitize_callback' => $cleaned_by ) );
	}
}
add_action( 'admin_init', 'look_alikes_register_settings' );

function look_alikes_menu() {
	add_options_page( 'Look-alikes', 'Look-alikes', 'manage_options', 'look-alikes', 'look_alikes_settings_page' );
}
add_action( 'admin_menu', 'look_alikes_menu' );

function look_alikes_settings_page() {
	echo '<div class="wrap"><h1>Look-alikes</h1><form method="post" action="options.php">';
	settings_fields( 'look_alikes' );
	echo '<table class="form-table">';
	foreach ( LOOK_ALIKES_SETTINGS as $name => $label ) {
		printf(
			'<tr><th><label for="%1$s">%2$s</label></th><td><input class="regular-text" id="%1$s" name="%1$s" value="%3$s"></td></tr>',
			esc_attr( $name ),
			esc_html( $label ),
			esc_attr( get_option( $name, '' ) )
		);
	}
	echo '</table>';
	submit_button();
	echo '</form></div>';
}
