//! The service as people see it.

use crate::running::Service;

crate::on_both!(
    a_person_places_pays_and_ships_with_forms,
    a_second_click_does_nothing_a_second_time,
    what_people_write_is_text_and_not_html,
);

/// The form's answer is a redirect; this is where to.
async fn submit(service: &Service, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = service.form(path, fields).await;
    assert_eq!(answer.status(), 303);
    answer.headers()["location"].to_str().expect("ASCII").to_owned()
}

async fn place(service: &Service, request: &str, customer: &str) -> String {
    let order =
        [("customer", customer), ("sku", "tea"), ("quantity", "2"), ("unit_cents", "61725")];
    submit(service, "/place", &[&order[..], &[("request", request), ("user", "mia")]].concat())
        .await
}

/// The address of one of the forms on an order's page.
fn form(page: &str, action: &str) -> String {
    page.split('?').next().expect("a path").to_owned() + "/" + action
}

async fn a_person_places_pays_and_ships_with_forms(service: &Service) {
    let at = place(service, "r-1", "ada").await;
    let placed = service.page(&at).await;
    let pay = [("request", "r-2"), ("user", "tom"), ("method", "card"), ("cents", "123450")];
    let at = submit(service, &form(&at, "pay"), &pay).await;
    let paid = service.page(&at).await;
    let ship = [("request", "r-3"), ("user", "eva"), ("carrier", "post"), ("tracking", "t-1")];
    let at = submit(service, &form(&at, "ship"), &ship).await;
    let shipped = service.page(&at).await;

    assert!(placed.contains("<td>mia</td><td>placed by ada</td>"), "{placed}");
    assert!(paid.contains("<td>tom</td><td>paid 1,234.50, card</td>"), "{paid}");
    assert!(shipped.contains("<td>eva</td><td>shipped, post t-1</td>"), "{shipped}");
    assert!(placed.contains("/page/pay") && !placed.contains("/page/ship"), "{placed}");
    assert!(paid.contains("/page/ship") && !paid.contains("/page/pay"), "{paid}");
    assert!(!shipped.contains("<form"), "{shipped}");
}

async fn a_second_click_does_nothing_a_second_time(service: &Service) {
    let first = place(service, "r-1", "ada").await;

    let second = place(service, "r-1", "ada").await;

    assert_eq!(first, second);
    service.page(&second).await;
    let list = service.page("/").await;
    assert_eq!(list.matches("1,234.50").count(), 1, "{list}");
}

async fn what_people_write_is_text_and_not_html(service: &Service) {
    let at = place(service, "r-1", "<script>alert(1)</script>").await;

    let page = service.page(&at).await;
    let list = service.page("/").await;

    assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
    assert!(list.contains("&lt;script&gt;") && !list.contains("<script"), "{list}");
}

#[tokio::test]
async fn what_is_wrong_is_told_on_a_page() {
    let service = Service::in_memory().await;
    let at = place(&service, "r-1", "ada").await;
    let pay = [("request", "r-2"), ("user", "tom"), ("method", "card"), ("cents", "1")];

    let refused = service.form(&form(&at, "pay"), &pay).await;

    assert_eq!(refused.status(), 409);
    let told = refused.text().await.expect("UTF-8");
    assert!(told.contains("<p>the order costs 123450 cents, not 1.</p>"), "{told}");
}

#[tokio::test]
async fn a_page_that_is_not_up_to_date_says_so() {
    let service = Service::in_memory().await;
    let at = place(&service, "r-1", "ada").await;
    service.page(&at).await;
    let path = at.split('?').next().expect("a path");

    let page = service.page(&format!("{path}?after=999999999")).await;

    assert!(page.contains("This page may lack what was done last"), "{page}");
}

#[tokio::test]
async fn the_list_can_be_filtered() {
    let service = Service::in_memory().await;
    place(&service, "r-1", "ada").await;
    let newest = place(&service, "r-2", "bob").await;
    service.page(&newest).await;

    let list = service.page("/?customer=bob&status=").await;

    assert!(list.contains("<td>bob</td>") && !list.contains("<td>ada</td>"), "{list}");
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let service = Service::in_memory().await;
    let at = place(&service, "r-1", "ada").await;
    let cancel = [("request", "r-2"), ("user", "eve"), ("reason", "none")];

    let post = service.unnamed_post(&form(&at, "cancel")).form(&cancel);
    let refused = post.header("sec-fetch-site", "cross-site").send().await.expect("an answer");

    assert_eq!(refused.status(), 400);
    let order = service.page(&at).await;
    assert!(order.contains("status placed"), "{order}");
}
